from __future__ import annotations

from measuring.tables import Case, cases
from rforge.commands import BUDGET_S
from rforge.request import Mode


def test_every_command_of_rforge_is_there_in_every_mode() -> None:
    assert [(case.command, case.mode) for case in cases()] == [
        (command, mode.value) for command in BUDGET_S for mode in Mode
    ]


def test_a_table_of_seconds_is_that_of_mode_default() -> None:
    assert cases({"status": 5.0})[:2] == (Case("status", "default", 5.0), Case("status", "debug", None))


def test_a_table_by_mode_is_read_by_the_mode_or_its_name() -> None:
    by_mode = {"analyze": {Mode.DEFAULT: 10, Mode.DEBUG: 120}}
    by_name = {"analyze": {"default": 10, "debug": 120}}
    assert cases(by_mode) == cases(by_name)
    assert [case.budget_s for case in cases(by_mode)] == [10.0, 120.0, None, None]
