from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rforge import tools
from rforge.flags import ALL_OFF, MODE_SYSTEM, Flag, Flags
from rforge.tools import Workshop, describe_tools

if TYPE_CHECKING:
    from pathlib import Path

ALL_ON = Flags({MODE_SYSTEM: Flag(enabled=True, percentage=100)})


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def workshop(clock, log: list[str]) -> Workshop:
    return Workshop(ALL_ON, "ada", clock, log.append)


@pytest.mark.parametrize("command", ["status", "analyze"])
@pytest.mark.parametrize(
    ("format_name", "start"),
    [("terminal", "rforge "), ("Markdown", "# rforge "), ("JSON", '{\n  "schema": 1')],
)
def test_every_command_answers_in_every_format(
    workshop: Workshop, fixtures: Path, command: str, format_name: str, start: str
) -> None:
    outcome = workshop.answer(command, {"path": str(fixtures), "format": format_name})
    assert not outcome.is_error
    assert outcome.text.startswith(start)


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
    real, refusals = tools.run_command, [OSError(5, "Input/output error")]

    def refuse_once(*arguments):
        if refusals:
            raise refusals.pop()
        return real(*arguments)

    monkeypatch.setattr(tools, "run_command", refuse_once)
    assert not workshop.answer("status", {"path": str(fixtures)}).is_error
    assert len(log) == 1


def test_what_the_system_refuses_twice_is_an_error_that_says_why(
    workshop: Workshop, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(tools, "run_command", refuse)
    outcome = workshop.answer("status", {})
    assert outcome.is_error
    assert outcome.text.startswith("The folder could not be read: Input/output error.")
    assert log[-1].startswith("MCPServerError (high) in status")


def test_with_the_flag_off_the_default_mode_works_as_before(clock, fixtures: Path) -> None:
    workshop = Workshop(ALL_OFF, "ada", clock, lambda line: None)
    assert not workshop.answer("analyze", {"path": str(fixtures), "context": "medfit"}).is_error
    refused = workshop.answer("analyze", {"path": str(fixtures), "mode": "debug"})
    assert refused.is_error
    assert "switched off" in refused.text


def test_every_argument_is_described_and_none_is_required() -> None:
    for tool in describe_tools():
        schema = tool["inputSchema"]
        assert list(schema["properties"]) == ["path", "context", "mode", "format"]
        assert "required" not in schema
        assert schema["additionalProperties"] is False
