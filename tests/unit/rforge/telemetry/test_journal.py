from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Callable

import pytest

from rforge.locks import held
from rforge.telemetry import journal as journals
from rforge.telemetry import writer as writers
from rforge.telemetry.account import Account, Ending, Mishap
from rforge.telemetry.event import Kind, Note
from rforge.telemetry.journal import Kept

if TYPE_CHECKING:
    from pathlib import Path

    from rforge.telemetry.journal import Journal

MakeJournal = Callable[..., "Journal"]


def account(command: str = "status") -> Account:
    return Account(command, budget_s=5.0, mishaps=[Mishap("ValidationError", "low")])


def test_nothing_is_written_before_it_is_flushed(
    make_journal: MakeJournal, lines: Callable, folder: Path
) -> None:
    journal = make_journal()
    journal.tell_session(has_started=True)
    journal.tell_calls([account()], 0.001)
    assert not folder.exists()
    journal.flush()
    assert [event["event"] for event in lines()] == ["command", "error", "call", "session"]
    assert {event["session"] for event in lines()} == {journal.session}


def test_an_event_happened_when_it_was_noted(make_journal: MakeJournal, lines: Callable, monkeypatch) -> None:
    journal = make_journal()
    with monkeypatch.context() as patch:
        patch.setattr(journals.time, "time", lambda: 1.5)
        told = account()
        told.report()
        journal.tell_calls([told], 0.1)
    journal.flush()
    assert {line["timestamp"] for line in lines("plugin-[cp]")} == {"1970-01-01T00:00:01.500Z"}


def test_a_call_that_reached_no_command_is_no_event(make_journal: MakeJournal, folder: Path) -> None:
    journal = make_journal()
    journal.tell_calls([account("")], 0.1)
    journal.flush()
    assert not list(folder.glob("plugin-*"))


@pytest.mark.parametrize("off", [{"DO_NOT_TRACK": "1"}, {"RFORGE_TELEMETRY": "off"}])
def test_switched_off_it_writes_nothing_and_makes_nothing(
    make_journal: MakeJournal, folder: Path, tmp_path: Path, said: list[str], off: dict[str, str]
) -> None:
    journal = make_journal(data=tmp_path / "data", **off)
    journal.tell_command(account())
    journal.close()
    assert journal.keep(Kind.FEEDBACK, {"score": 5}) is Kept.OFF
    assert list(tmp_path.iterdir()) == []
    assert (said, journal.dropped) == ([], 0)


def test_a_session_is_told_once_and_what_comes_first(make_journal: MakeJournal, lines: Callable) -> None:
    journal = make_journal()
    journal.tell_session(has_started=False)
    journal.tell_session(has_started=True)
    journal.close()
    assert [event["outcome"] for event in lines("plugin-usage")] == ["failed"]


def test_what_cannot_be_written_is_counted_and_told_once(
    make_journal: MakeJournal, folder: Path, said: list[str]
) -> None:
    folder.write_bytes(b"no folder")
    journal = make_journal(RFORGE_DEBUG="perhaps not")
    for _ in range(3):
        journal.tell_command(account())
    journal.flush()
    assert journal.dropped == 6
    assert said == ["telemetry: RFORGE_DEBUG is neither on nor off; it counts as off."]
    assert journal.keep(Kind.FEEDBACK, {"score": 5}) is Kept.LOST


def test_no_error_of_its_own_reaches_anybody(
    make_journal: MakeJournal, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(writers.Writer, "line", fail)
    journal = make_journal()
    journal.tell_command(account())
    journal.flush()
    assert said == ["telemetry: an event could not be written: a bug"]
    assert journal.dropped == 2


def test_telemetry_that_cannot_be_loaded_is_no_reason_to_fail(
    make_journal: MakeJournal, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rforge.telemetry.writer", None)
    journal = make_journal()
    journal.tell_command(account())
    journal.flush()
    assert len(said) == 1


def test_a_lock_that_does_not_come_drops_the_line(
    make_journal: MakeJournal, lines: Callable, folder: Path, said: list[str]
) -> None:
    folder.mkdir()
    journal = make_journal()
    with held(folder / ".plugin-commands.lock"):
        journal.tell_command(account())
        journal.flush()
    assert journal.dropped == 1
    assert "keeps the log" in said[0]
    assert [event["event"] for event in lines()] == ["error"]


def test_what_is_noted_and_never_flushed_does_not_pile_up(
    make_journal: MakeJournal, lines: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "MOST_PENDING", 20)
    journal = make_journal()
    for _ in range(27):
        journal.tell_command(Account("status", budget_s=5.0))
    journal.flush()
    assert len(lines()) == 20


def test_threads_flush_every_event_once(make_journal: MakeJournal, lines: Callable) -> None:
    journal = make_journal()

    def call() -> None:
        for _ in range(100):
            journal.tell_calls([Account("status", budget_s=5.0)], 0.1)
            journal.flush()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({event["id"] for event in lines("plugin-performance")}) == 400


def test_what_is_flushed_beside_is_there_at_the_end(make_journal: MakeJournal, lines: Callable) -> None:
    journal = make_journal()
    journal.flush(is_beside=True)
    journal.tell_command(account())
    journal.flush(is_beside=True)
    journal.close()
    assert len(lines("plugin-commands")) == 1


def test_debugging_notes_are_fixed_texts(make_journal: MakeJournal, lines: Callable) -> None:
    journal = make_journal(RFORGE_DEBUG="1")
    journal.tell_taken()
    journal.tell_calls([account(), Account("status", budget_s=5.0, ending=Ending.CANCELLED)], 0.1)
    journal.flush()
    assert [event["text"] for event in lines("plugin-debug")] == [note.value for note in Note]
    assert len(lines("plugin-performance")) == 1


def test_calls_of_one_line_share_its_latency_without_their_own_work(
    make_journal: MakeJournal, lines: Callable
) -> None:
    journal = make_journal()
    journal.tell_calls([Account("status", budget_s=5.0, duration_s=work_s) for work_s in (0.5, 0.25)], 1.0)
    journal.flush()
    assert [event["latency_s"] for event in lines("plugin-performance")] == [0.25, 0.25]
