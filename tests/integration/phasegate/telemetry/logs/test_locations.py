from __future__ import annotations

from pathlib import Path

import pytest

from phasegate.telemetry.logs.locations import expand, first_plain, shown


@pytest.mark.parametrize("named", ["~nobody-of-that-name/logs", "logs/a**b", "logs/[", "logs/\0"])
def test_what_names_no_folder_is_missing(tmp_path: Path, named: str) -> None:
    there, missing = expand([named if named.startswith("~") else tmp_path / named])
    assert not there
    assert len(missing) == 1


def test_what_is_written_to_is_no_pattern_but_where_that_is_its_name(tmp_path: Path) -> None:
    assert first_plain([tmp_path / "*", tmp_path / "a"]) == tmp_path / "a"
    (tmp_path / "[b]").mkdir()
    assert first_plain([tmp_path / "[b]", tmp_path / "a"]) == tmp_path / "[b]"
    assert first_plain([]) is None


def test_a_path_is_shown_without_whose_home_it_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "ada")
    assert Path(shown(tmp_path / "ada" / ".claude" / "logs")) == Path("~/.claude/logs")
    assert shown(tmp_path / "logs") == str(tmp_path / "logs")
