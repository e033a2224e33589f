from __future__ import annotations

from measuring.tables import FORMATS, cases
from rforge.request import Format, Mode
from rforge.tools import commands_by_tool


def test_every_command_of_rforge_is_there_in_every_mode() -> None:
    assert [(case.command, case.mode) for case in cases()] == [
        (command, mode.value) for command in commands_by_tool().values() for mode in Mode
    ]
    assert list(FORMATS) == [form.value for form in Format]


def test_every_command_has_a_hard_budget_in_mode_default() -> None:
    default = [case for case in cases() if case.mode == "default"]
    assert {case.command: case.budget_s for case in default} | {"status": 5.0, "analyze": 10.0} == {
        case.command: case.budget_s for case in default
    }
    assert all(case.is_hard == (case.mode == "default") for case in cases())
