from __future__ import annotations

import pytest

from rforge.budgets import Budget
from rforge.deadline import Deadline
from rforge.errors import Cancelled, TimeBudgetExceeded


def test_a_deadline_holds_until_its_budget_is_used_up(clock) -> None:
    deadline = Deadline.after(5, clock)
    clock.now_s = 4.999
    deadline.check()
    clock.now_s = 5.0
    with pytest.raises(TimeBudgetExceeded, match="5 s"):
        deadline.check()


def test_elapsed_and_remaining_time_count_from_when_the_deadline_was_made(clock) -> None:
    clock.now_s = 100.0
    deadline = Deadline.after(5, clock)
    clock.now_s = 102.5
    assert (deadline.elapsed_s, deadline.remaining_s) == (2.5, 2.5)
    clock.now_s = 110.0
    assert deadline.remaining_s == 0.0


def test_a_budget_that_is_no_limit_warns_once_and_goes_on(clock) -> None:
    warned: list[TimeBudgetExceeded] = []
    deadline = Deadline(Budget(5, is_hard=False), clock, warn=warned.append)
    clock.now_s = 4.0
    deadline.check()
    assert (warned, deadline.is_over) == ([], False)
    for clock.now_s in (5.0, 6.0, 60.0):
        deadline.check()
    assert [str(error) for error in warned] == ["The time budget of 5 s is used up."]
    assert deadline.is_over


@pytest.mark.parametrize("is_hard", [True, False])
def test_whoever_cancels_stops_the_next_step(clock, is_hard: bool) -> None:
    wishes = [False, True]
    deadline = Deadline(Budget(5, is_hard), clock, cancelled=lambda: wishes.pop(0))
    deadline.check()
    with pytest.raises(Cancelled):
        deadline.check()


def test_time_can_be_kept_for_what_comes_after_a_hard_budget_s_work(clock) -> None:
    deadline = Deadline.after(5, clock)
    clock.now_s = 4.0
    deadline.check(kept_s=0.9)
    with pytest.raises(TimeBudgetExceeded):
        deadline.check(kept_s=1.0)
    Deadline(Budget(5, is_hard=False), clock, warn=pytest.fail).check(kept_s=9.0)
