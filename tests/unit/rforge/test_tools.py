from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from rforge import running, tools
from rforge.budgets import Budget
from rforge.errors import Cancelled, PluginError
from rforge.flags import ALL_OFF, MODE_SYSTEM, Flag, Flags
from rforge.history import History
from rforge.lenses.lens import Lens
from rforge.render.screen import Screen
from rforge.request import Mode
from rforge.running import Run
from rforge.telemetry.account import Account, Ending, Mishap
from rforge.tools import Call, Workshop, describe_tools

if TYPE_CHECKING:
    from pathlib import Path

    from rforge.report import Report

ALL_ON = Flags({MODE_SYSTEM: Flag(enabled=True, percentage=100)})


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def workshop(clock, log: list[str]) -> Workshop:
    return make_workshop(clock, log)


def make_workshop(clock, log: list[str], flags: Flags = ALL_ON, data: Path | None = None) -> Workshop:
    return Workshop(flags, "ada", clock, log.append, History(data, log.append), Screen())


@pytest.mark.parametrize(
    ("format_name", "start"),
    [("terminal", "rforge "), ("Markdown", "# rforge "), ("JSON", '{\n  "schema": 1')],
)
def test_a_format_may_be_named_in_any_case_and_the_document_comes_beside_it(
    workshop: Workshop, fixtures: Path, format_name: str, start: str
) -> None:
    outcome = workshop.answer("deps", {"path": str(fixtures), "format": format_name, "mode": "DEBUG"})
    assert not outcome.is_error
    assert outcome.text.startswith(start)
    assert outcome.document is not None
    assert (outcome.document["command"], outcome.document["mode"]) == ("deps", "debug")


def test_a_validation_error_is_a_friendly_message(workshop: Workshop, log: list[str]) -> None:
    outcome = workshop.answer("status", {"format": "pdf"})
    assert outcome.is_error
    assert outcome.text == "Unknown format 'pdf'.\nChoose from: terminal, json, markdown."
    assert log == ["ValidationError (low) in status: Unknown format 'pdf'."]


def test_a_used_up_budget_is_a_partial_result_and_logged(
    workshop: Workshop, fixtures: Path, clock, log: list[str]
) -> None:
    clock.step_s = 10 / 22
    outcome = workshop.answer("analyze", {"path": str(fixtures), "format": "json"})
    assert not outcome.is_error
    assert json.loads(outcome.text)["partial"] is True
    assert log == ["TimeBudgetExceeded (medium) in analyze: The time budget of 10 s is used up."]


def test_what_the_system_refuses_once_is_tried_once_more(
    workshop: Workshop, fixtures: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refusals = Run.work, [OSError(5, "Input/output error")]

    def refuse_once(run: Run) -> None:
        if refusals:
            raise refusals.pop()
        real(run)

    monkeypatch.setattr(Run, "work", refuse_once)
    assert not workshop.answer("status", {"path": str(fixtures)}).is_error
    assert len(log) == 1


def test_what_the_system_refuses_twice_is_an_error_that_says_why(
    workshop: Workshop, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Run) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Run, "work", refuse)
    outcome = workshop.answer("status", {})
    assert outcome.is_error
    assert outcome.text.startswith("The folder could not be read: Input/output error.")
    assert log[-1].startswith("MCPServerError (high) in status")


def test_what_the_system_refuses_while_it_is_told_is_answered_the_same_way(
    workshop: Workshop, fixtures: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refusals = Run.report, [OSError(5, "Input/output error")]

    def refuse(run: Run, broken: frozenset[str]) -> Report:
        if refusals:
            raise refusals.pop()
        return real(run, broken)

    monkeypatch.setattr(Run, "report", refuse)
    assert not workshop.answer("status", {"path": str(fixtures)}).is_error
    refusals += [OSError(5, "Input/output error")] * 2
    assert workshop.answer("status", {"path": str(fixtures)}).text.startswith("The folder could not be read")


@pytest.mark.parametrize("name", ["path", "context", "mode", "format", "x" * 100_000])
def test_what_is_given_at_great_length_is_not_repeated_at_that_length(
    workshop: Workshop, log: list[str], fixtures: Path, name: str
) -> None:
    asked = {"path": str(fixtures), "format": "markdown", name: "debug" * 20_000}
    outcome = workshop.answer("status", asked)
    assert len(outcome.text) < 4_000
    assert all(len(line) < 1_000 for line in log)


def test_a_system_that_keeps_the_work_waiting_does_not_keep_the_answer(
    fixtures: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    monkeypatch.setattr(tools, "GRACE_S", 0.0)
    monkeypatch.setattr(tools, "budget_of", lambda *_: Budget(0.2, is_hard=True))
    monkeypatch.setattr(running, "find_packages", lambda *_: released.wait(60))
    outcome = make_workshop(time.monotonic, log).answer("status", {"path": str(fixtures), "format": "json"})
    released.set()
    assert json.loads(outcome.text)["partial"] is True
    assert log == ["TimeBudgetExceeded (medium) in status: The time budget of 0.2 s is used up."]


def test_a_budget_that_is_no_limit_is_logged_once_and_everything_is_examined(
    workshop: Workshop, fixtures: Path, clock, log: list[str]
) -> None:
    clock.step_s = 30.0
    outcome = workshop.answer("status", {"path": str(fixtures), "mode": "debug", "format": "json"})
    assert json.loads(outcome.text)["partial"] is False
    assert log == ["TimeBudgetExceeded (medium) in status: The time budget of 120 s is used up.; going on"]


def test_a_cancelled_call_has_no_answer(workshop: Workshop, fixtures: Path) -> None:
    call = Call()
    call.cancelled.set()
    with pytest.raises(Cancelled):
        workshop.answer("status", {"path": str(fixtures)}, call)
    assert (call.account.ending, call.account.mishaps) == (Ending.CANCELLED, [])


def test_a_mode_that_breaks_is_switched_off_and_the_command_still_answers(
    workshop: Workshop, fixtures: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def fail(_: object) -> tuple[()]:
        asked.append(1)
        raise KeyError("oops")

    monkeypatch.setattr(
        running, "LENSES", {**running.LENSES, Mode.DEBUG: Lens(Mode.DEBUG, frozenset(), fail)}
    )
    for _ in range(2):
        outcome = workshop.answer("status", {"path": str(fixtures), "mode": "debug"})
        assert not outcome.is_error
        assert "What mode debug adds is switched off" in outcome.text
    assert len(asked) == 1
    assert [line for line in log if line.startswith("PluginError (critical) in status")]


def test_status_remembers_the_scores_and_says_what_changed(clock, fixtures: Path, tmp_path: Path) -> None:
    workshop = make_workshop(clock, [], data=tmp_path)
    asked = {"path": str(fixtures)}
    first, second = (workshop.answer("status", asked).document for _ in range(2))
    assert [row["change"] for row in first["packages"]] == [None, None]
    assert [row["change"] for row in second["packages"]] == [0, 0]


def test_with_the_flag_off_the_default_mode_works_as_before(clock, fixtures: Path) -> None:
    workshop = make_workshop(clock, [], ALL_OFF)
    assert not workshop.answer("analyze", {"path": str(fixtures), "context": "medfit"}).is_error
    refused = workshop.answer("analyze", {"path": str(fixtures), "mode": "debug"})
    assert refused.is_error
    assert "switched off" in refused.text


def tell(workshop: Workshop, command: str, **arguments: object) -> Account:
    """The account of a call, whatever came of it."""
    call = Call()
    with suppress(Exception):
        workshop.answer(command, arguments, call)
    return call.account


def test_the_account_of_a_call_that_went_well(workshop: Workshop, fixtures: Path) -> None:
    account = tell(workshop, "deps", path=str(fixtures), mode="debug", format="json")
    assert (account.command, account.mode, account.format, account.explicit) == (
        "deps",
        "debug",
        "json",
        True,
    )
    assert (account.ending, account.category, account.mishaps) == (Ending.OK, "", [])
    assert (account.packages, account.budget_s) == (2, 120.0)
    assert account.duration_s > 0
    assert account.render_s > 0


def test_the_account_counts_what_was_remembered(clock, fixtures: Path, tmp_path: Path) -> None:
    workshop = make_workshop(clock, [], data=tmp_path)
    first, second = (tell(workshop, "status", path=str(fixtures)) for _ in range(2))
    assert [(one.lookups, one.hits) for one in (first, second)] == [(2, 0), (2, 2)]


def test_the_account_of_a_refused_call(workshop: Workshop) -> None:
    account = tell(workshop, "status", mode="relase")
    assert (account.ending, account.category, account.mode) == (Ending.REFUSED, "ValidationError", "unknown")
    assert account.mishaps == [Mishap("ValidationError", "low")]
    assert account.budget_s == 5.0


def test_the_account_of_a_used_up_budget(workshop: Workshop, fixtures: Path, clock) -> None:
    clock.step_s = 10 / 22
    account = tell(workshop, "analyze", path=str(fixtures))
    assert (account.ending, account.category) == (Ending.PARTIAL, "TimeBudgetExceeded")
    assert account.mishaps == [Mishap("TimeBudgetExceeded", "medium")]


def test_the_account_of_a_budget_that_is_no_limit(workshop: Workshop, fixtures: Path, clock) -> None:
    clock.step_s = 30.0
    account = tell(workshop, "status", path=str(fixtures), mode="debug")
    assert (account.ending, account.category) == (Ending.OK, "TimeBudgetExceeded")
    assert account.mishaps == [Mishap("TimeBudgetExceeded", "medium")]


@pytest.mark.parametrize(("refusals", "ending"), [(1, Ending.OK), (2, Ending.FAILED)])
def test_the_account_of_what_the_system_refuses(
    workshop: Workshop, fixtures: Path, monkeypatch: pytest.MonkeyPatch, refusals: int, ending: Ending
) -> None:
    real, left = Run.work, [PermissionError(13, "Permission denied")] * refusals

    def refuse(run: Run) -> None:
        if left:
            raise left.pop()
        real(run)

    monkeypatch.setattr(Run, "work", refuse)
    account = tell(workshop, "status", path=str(fixtures))
    assert account.ending is ending
    assert account.mishaps == [Mishap("MCPServerError", "high", "PermissionError")] * refusals


def test_every_run_of_a_mode_whose_lens_broke_has_failed(
    workshop: Workshop, fixtures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> tuple[()]:
        raise KeyError("oops")

    monkeypatch.setattr(
        running, "LENSES", {**running.LENSES, Mode.DEBUG: Lens(Mode.DEBUG, frozenset(), fail)}
    )
    first, second = (tell(workshop, "status", path=str(fixtures), mode="debug") for _ in range(2))
    other = tell(workshop, "status", path=str(fixtures))
    assert [one.ending for one in (first, second, other)] == [Ending.FAILED, Ending.FAILED, Ending.OK]
    assert [one.category for one in (first, second)] == ["PluginError"] * 2
    assert (first.mishaps, second.mishaps) == ([Mishap("PluginError", "critical", "KeyError")], [])


def test_the_account_of_what_nobody_foresaw(
    workshop: Workshop, fixtures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Run) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Run, "work", fail)
    account = tell(workshop, "status", path=str(fixtures))
    assert (account.ending, account.category) == (Ending.FAILED, "PluginError")
    assert account.mishaps == [Mishap("PluginError", "critical", "ZeroDivisionError")]


def test_a_mode_that_a_broken_flag_file_switches_off_is_the_plugin_s_failure(clock, fixtures: Path) -> None:
    asked = {"path": str(fixtures), "mode": "debug"}
    unreadable = Flags(broken=(PluginError("Every flagged feature", "it is broken."),))
    broken = tell(make_workshop(clock, [], unreadable), "status", **asked)
    assert (broken.ending, broken.category) == (Ending.FAILED, "PluginError")
    assert tell(make_workshop(clock, [], unreadable), "status", path=str(fixtures)).ending is Ending.OK
    off = tell(make_workshop(clock, [], Flags({MODE_SYSTEM: Flag()}, unreadable.broken)), "status", **asked)
    assert off.ending is Ending.REFUSED


def test_every_argument_is_described_and_none_is_required() -> None:
    *commands, feedback = describe_tools()
    assert feedback["inputSchema"]["required"] == ["score"]
    for tool in commands:
        schema = tool["inputSchema"]
        assert list(schema["properties"]) == ["path", "context", "mode", "format", "check"]
        assert "required" not in schema
        assert schema["additionalProperties"] is False
        assert tool["outputSchema"]["type"] == "object"
