from __future__ import annotations

import json
from pathlib import Path

import pytest

from rforge import history
from rforge.history import FILE, History

PACKAGE = Path("/somewhere/medfit")


def scores(folder: Path | None, log: list[str] | None = None) -> int | None:
    return History(folder, (log if log is not None else []).append).scores_below(PACKAGE.parent)("medfit")


def test_a_score_is_remembered(tmp_path: Path) -> None:
    data = tmp_path / "not" / "there"
    assert scores(data) is None
    History(data, print).remember({PACKAGE: 85})
    assert scores(data) == 85
    assert [path.name for path in data.iterdir()] == [FILE]


def test_without_a_folder_nothing_is_remembered(tmp_path: Path) -> None:
    History(None, print).remember({PACKAGE: 85})
    assert scores(None) is None


def test_no_folder_s_name_is_written_down(tmp_path: Path) -> None:
    History(tmp_path, print).remember({PACKAGE: 85})
    assert "medfit" not in (tmp_path / FILE).read_text(encoding="utf-8")


def test_what_a_later_version_wrote_is_read_and_kept(tmp_path: Path) -> None:
    History(tmp_path, print).remember({PACKAGE: 85})
    document = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    document["trend"] = {"of": "a later version"}
    (tmp_path / FILE).write_text(json.dumps(document), encoding="utf-8")
    History(tmp_path, print).remember({Path("/other"): 1})
    assert json.loads((tmp_path / FILE).read_text(encoding="utf-8"))["trend"] == {"of": "a later version"}
    assert scores(tmp_path) == 85


@pytest.mark.parametrize(
    "content", ["{", "[]", '"text"', '{"scores": []}', '{"scores": {"x": "y"}}', "[" * 100_000]
)
def test_a_broken_history_is_no_history_and_is_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    assert scores(tmp_path) is None
    History(tmp_path, lambda _: None).remember({PACKAGE: 3})
    assert scores(tmp_path) == 3


def test_a_history_that_cannot_be_written_is_logged_and_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    log: list[str] = []
    History(tmp_path / "file" / "below", log.append).remember({PACKAGE: 85})
    assert "could not be" in log[-1]


def test_the_packages_not_asked_for_longest_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST", 2)
    for score, name in enumerate(("medfit", "a", "b")):
        History(tmp_path, print).remember({PACKAGE.parent / name: score})
    assert scores(tmp_path) is None
    assert History(tmp_path, print).scores_below(PACKAGE.parent)("b") == 2
