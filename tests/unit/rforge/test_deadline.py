from __future__ import annotations

import pytest

from rforge.deadline import Deadline
from rforge.errors import TimeBudgetExceeded


def test_a_deadline_holds_until_its_budget_is_used_up(clock) -> None:
    deadline = Deadline.after(5, clock)
    clock.now_s = 4.999
    deadline.check()
    clock.now_s = 5.0
    with pytest.raises(TimeBudgetExceeded, match="5 s"):
        deadline.check()


def test_elapsed_time_counts_from_when_the_deadline_was_made(clock) -> None:
    clock.now_s = 100.0
    deadline = Deadline.after(5, clock)
    clock.now_s = 102.5
    assert deadline.elapsed_s == 2.5
