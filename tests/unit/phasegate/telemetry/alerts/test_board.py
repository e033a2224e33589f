from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.telemetry.alerts.attention import Silence
from phasegate.telemetry.alerts.board import Board, load_board, save_board
from phasegate.telemetry.alerts.states import Alert, Phase
from phasegate.telemetry.severity import Severity

if TYPE_CHECKING:
    import pytest

FIRING = Alert("A", Severity.CRITICAL, (("plugin", "p"),), Phase.FIRING, 0.2, 0.0, 10.0)


def test_what_fires_is_due_once_and_again_when_it_is_time_to_repeat_it() -> None:
    board = Board((FIRING,))
    (group,) = board.due("file", 100.0)
    board = board.with_told(group, "file", 100.0)
    assert not board.due("file", 100.0 + 3599)
    assert board.due("file", 100.0 + 3600)


def test_what_was_told_by_a_clock_that_was_fast_is_told_again() -> None:
    board = Board((FIRING,))
    board = board.with_told(board.due("file", 1e6)[0], "file", 1e6)
    assert board.due("file", 100.0)
    assert not board.due("file", 1e6 - 5)


def test_each_channel_is_told_for_itself() -> None:
    board = Board((FIRING,))
    board = board.with_told(board.due("file", 0.0)[0], "file", 0.0)
    assert not board.due("file", 1.0)
    assert board.due("apprise", 1.0)


def test_that_it_is_over_is_due_once() -> None:
    board = Board((FIRING,))
    board = board.with_told(board.due("file", 0.0)[0], "file", 0.0)
    board = replace(board, alerts=(replace(FIRING, phase=Phase.RESOLVED, resolved_s=50.0),))
    (group,) = board.due("file", 60.0)
    assert not board.with_told(group, "file", 60.0).due("file", 1e9)


def test_that_it_is_over_is_due_until_it_could_be_told_for_a_day() -> None:
    board = Board((FIRING,))
    board = board.with_told(board.due("file", 0.0)[0], "file", 0.0)
    over = board.after((replace(FIRING, phase=Phase.RESOLVED, resolved_s=50.0),), 50.0)
    later = over.after((), 60.0)
    (group,) = later.due("file", 60.0)
    assert group.alerts[0].resolved_s == 50.0
    assert later.after((), 50.0 + 86_399).due("file", 50.0 + 86_399)
    assert later.with_told(group, "file", 60.0).after((), 70.0).alerts == ()
    assert later.after((), 50.0 + 86_400) == Board()


def test_what_fires_again_before_its_end_could_be_told_is_news_though_something_else_fires() -> None:
    other = replace(FIRING, rule="B")
    board = Board((FIRING, other))
    board = board.with_told(board.due("file", 0.0)[0], "file", 0.0)
    over = board.after((replace(FIRING, phase=Phase.RESOLVED, resolved_s=50.0), other), 50.0)
    again = over.after((replace(FIRING, fired_s=60.0), other), 60.0)
    assert [alert.phase for alert in again.alerts] == [Phase.FIRING] * 2
    assert again.due("file", 60.0)


def test_what_was_never_told_is_not_told_to_be_over() -> None:
    assert not Board((replace(FIRING, phase=Phase.RESOLVED),)).due("file", 0.0)


def test_silences_that_are_over_are_forgotten() -> None:
    old, new = (Silence("A", (), until_s, "ann", "why") for until_s in (10.0, 30.0))
    assert Board(silences=(old,)).silenced(new, 20.0).silences == (new,)


def test_a_board_is_the_same_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state" / "alerts.json"
    board = Board((FIRING,), (Silence("A", (("b", "c"),), 9.0, "ann", "why"),))
    board = board.with_told(Board((FIRING,)).due("file", 0.0)[0], "file", 3.0)
    save_board(path, board)
    assert load_board(path) == (board, "")
    assert [entry.name for entry in path.parent.iterdir()] == ["alerts.json"]


def test_no_file_is_an_empty_board(tmp_path: Path) -> None:
    assert load_board(tmp_path / "alerts.json") == (Board(), "")


def test_a_broken_board_is_kept_aside_and_told(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    path.write_text('{"schema": 9}', encoding="utf-8")
    board, wrong = load_board(path)
    assert board == Board()
    assert "schema 9" in wrong
    assert (tmp_path / "alerts.broken").exists()


def test_a_folder_in_the_place_of_the_board_is_kept_aside_and_told(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    path.mkdir()
    board, wrong = load_board(path)
    assert board == Board()
    assert "it is a folder" in wrong
    save_board(path, board)
    assert load_board(path) == (Board(), "")
    assert (tmp_path / "alerts.broken").is_dir()


def test_what_was_kept_aside_before_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    for number, text in enumerate(("one", "two")):
        path.write_text(text, encoding="utf-8")
        assert load_board(path)[1].endswith(f"it is kept as alerts.broken{number or ''}")
    assert [(tmp_path / f"alerts.broken{end}").read_text() for end in ("", "1")] == ["one", "two"]


def test_what_cannot_be_kept_aside_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path, _target: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    path = tmp_path / "alerts.json"
    path.write_text("{", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", refuse)
    assert load_board(path)[1].endswith("it could not be kept: Permission denied")
