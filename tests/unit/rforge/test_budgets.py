from __future__ import annotations

import pytest

from rforge.budgets import Budget, budget_of
from rforge.commands.table import COMMANDS
from rforge.request import Mode


def test_analyze_and_status_have_the_budgets_that_were_promised() -> None:
    analyze, status = COMMANDS["analyze"].budget_s, COMMANDS["status"].budget_s
    assert (budget_of(status, Mode.DEFAULT).seconds, budget_of(analyze, Mode.DEFAULT).seconds) == (5, 10)
    others = (Mode.DEBUG, Mode.OPTIMIZE, Mode.RELEASE)
    assert [budget_of(analyze, mode).seconds for mode in others] == [120, 180, 300]


@pytest.mark.parametrize("mode", Mode)
def test_the_default_mode_s_budget_alone_is_hard(mode: Mode) -> None:
    assert budget_of(5, mode).is_hard is (mode is Mode.DEFAULT)


def test_no_command_may_take_longer_than_ten_seconds_in_default_mode() -> None:
    assert {budget_of(c.budget_s, Mode.DEFAULT) for c in COMMANDS.values()} <= {
        Budget(5, is_hard=True),
        Budget(10, is_hard=True),
    }
