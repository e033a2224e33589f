from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rforge import history
from rforge.history import FILE, LOCK, History

PACKAGE = Path("/somewhere/medfit")


def scores(folder: Path | None, log: list[str] | None = None) -> int | None:
    return History(folder, (log if log is not None else []).append).scores_below(PACKAGE.parent)("medfit")


def test_a_score_is_remembered(tmp_path: Path) -> None:
    data = tmp_path / "not" / "there"
    assert scores(data) is None
    History(data, print).remember({PACKAGE: 85})
    assert scores(data) == 85
    assert sorted(path.name for path in data.iterdir()) == [FILE, LOCK]


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
    assert "could not be written" in log[-1]


def test_the_packages_not_asked_for_longest_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST", 2)
    for score, name in enumerate(("medfit", "a", "b")):
        History(tmp_path, print).remember({PACKAGE.parent / name: score})
    assert scores(tmp_path) is None
    assert History(tmp_path, print).scores_below(PACKAGE.parent)("b") == 2


WRITER = """
import sys
from pathlib import Path
from rforge.history import History
print("ready", flush=True)
sys.stdin.readline()
for number in range(5):
    History(Path(sys.argv[1]), print).remember({Path(sys.argv[2], str(number)): number})
"""


def start_writer(data: Path, name: str, script: str = WRITER) -> subprocess.Popen[bytes]:
    """A process that writes five scores when it is told to."""
    environment = {**os.environ, "PYTHONPATH": str(Path(history.__file__).parents[1])}
    command = [sys.executable, "-c", script, str(data), str(PACKAGE.parent / name)]
    writer = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline().strip() == b"ready"
    return writer


def test_20_processes_that_write_at_once_lose_no_score(tmp_path: Path) -> None:
    writers = [start_writer(tmp_path, str(number)) for number in range(20)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.close()
        writer.stdin = None
    assert [writer.communicate(timeout=60)[0] for writer in writers] == [b""] * 20
    assert len(json.loads((tmp_path / FILE).read_text(encoding="utf-8"))["scores"]) == 100


def test_a_process_that_was_killed_while_it_wrote_keeps_nobody_from_writing(tmp_path: Path) -> None:
    History(tmp_path, print).remember({PACKAGE: 85})
    dies = "import json, os; json.dumps = lambda _: os.kill(os.getpid(), 9)\n"
    killed = start_writer(tmp_path, "medfit", dies + WRITER)
    killed.communicate(timeout=60)
    assert killed.returncode != 0
    (tmp_path / f"{FILE}.new").write_text('{"schema": 1, "sco', encoding="utf-8")
    log: list[str] = []
    History(tmp_path, log.append).remember({PACKAGE: 3})
    assert (scores(tmp_path), log) == (3, [])
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE, LOCK]


def test_a_turn_that_never_comes_is_logged_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    History(tmp_path, print).remember({PACKAGE: 85})
    monkeypatch.setattr(history, "PATIENCE_S", 0.0)
    log: list[str] = []
    with history._turn(tmp_path / LOCK):
        History(tmp_path, log.append).remember({PACKAGE: 3})
    assert (scores(tmp_path), len(log)) == (85, 1)
    assert "could not be written" in log[0]


@pytest.mark.parametrize("newer", [{"scores": {"x": {"of": 3}}}, {"scores": [3]}, {"points": []}])
def test_what_a_version_with_a_newer_schema_wrote_stays_as_it_is(
    tmp_path: Path, newer: dict[str, object]
) -> None:
    text = json.dumps({"schema": 2, **newer})
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    log: list[str] = []
    History(tmp_path, log.append).remember({PACKAGE: 85})
    assert (tmp_path / FILE).read_text(encoding="utf-8") == text
    assert "newer version" in log[0]
    assert scores(tmp_path) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_pipe_in_the_place_of_the_history_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    assert scores(tmp_path) is None
    History(tmp_path, print).remember({PACKAGE: 85})
    assert scores(tmp_path) == 85


def test_a_history_that_cannot_be_read_just_now_is_not_overwritten(tmp_path: Path) -> None:
    History(tmp_path, print).remember({PACKAGE: 85})
    before = (tmp_path / FILE).read_bytes()

    class Refusing(type(tmp_path)):  # type: ignore[misc]
        def open(self, *arguments: object, **more: object) -> object:
            if self.name == FILE:
                raise PermissionError(13, "Permission denied")
            return super().open(*arguments, **more)

    log: list[str] = []
    History(Refusing(tmp_path), log.append).remember({Path("/other"): 1})
    assert (tmp_path / FILE).read_bytes() == before
    assert "could not be written" in log[0]
    assert scores(Refusing(tmp_path), log) is None


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be removed there")
def test_a_working_directory_that_is_gone_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    log: list[str] = []
    remembered = History(tmp_path, log.append)
    assert remembered.scores_below(Path())("medfit") is None
    remembered.remember({Path("medfit"): 85})
    assert ["could not be" in line for line in log] == [True, True]


def test_where_there_are_no_locks_nobody_waits_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, log = [], []

    def take(descriptor: int, **_: object) -> None:
        asked.append(descriptor)
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("rforge.locks._try", take)
    History(tmp_path, log.append).remember({tmp_path: 50})
    assert len(asked) == 1
    assert log == [f"the history could not be written: [Errno {errno.ENOLCK}] No locks available"]
