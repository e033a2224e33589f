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


@pytest.mark.parametrize("pattern", ["*/logs", "**/logs", "0*", "[0-9]*/l*s"])
def test_a_machine_that_cannot_be_reached_is_none_that_logs_nothing(tmp_path: Path, pattern: str) -> None:
    """Its disk is not mounted: whoever judges by the others alone has to know."""
    (tmp_path / "001" / "logs").mkdir(parents=True)
    (tmp_path / "002").mkdir()
    (tmp_path / "002" / "logs").symlink_to(tmp_path / "gone")
    (tmp_path / "003").symlink_to(tmp_path / "away")
    (tmp_path / "004").symlink_to(tmp_path / "004")
    (tmp_path / "README").touch()
    there, missing = expand([tmp_path / pattern])
    assert {path.relative_to(tmp_path).parts[0] for path in there} >= (
        {"001", "002"} if "**" in pattern else {"001", "002", "003", "004"}
    )
    assert not any("README" in path.parts for path in there)
    assert not missing


def test_a_pattern_means_what_it_does_to_a_shell_and_hidden_folders_too(tmp_path: Path) -> None:
    for name in ("a/logs", "b/c/logs", ".d/logs", "e"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "logs").touch()

    def found(pattern: str) -> list[str]:
        return [path.relative_to(tmp_path).as_posix() for path in expand([tmp_path / pattern])[0]]

    assert found("*/logs") == [".d/logs", "a/logs"]
    assert found("**/logs") == [".d/logs", "a/logs", "b/c/logs"]
    assert found("[!a]*/*/logs") == ["b/c/logs"]
    assert found("g*") == []
