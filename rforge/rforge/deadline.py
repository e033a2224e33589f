"""A time budget while it runs: whoever works asks it before each further step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.budgets import Budget
from rforge.errors import Cancelled, TimeBudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Callable


def _never() -> bool:
    return False


def _nothing(_error: TimeBudgetExceeded) -> None:
    """Nobody wants to know."""


class Deadline:
    """The instant at which a budget is used up, on the clock that it was made with.

    Args:
        budget: how many seconds there are, and whether they are a limit.
        clock: seconds, from a clock that only goes forward.
        cancelled: whether the answer is not wanted any more.
        warn: is told once, at the first step behind a budget that is no limit.
    """

    def __init__(
        self,
        budget: Budget,
        clock: Callable[[], float],
        cancelled: Callable[[], bool] = _never,
        warn: Callable[[TimeBudgetExceeded], None] = _nothing,
    ) -> None:
        self.budget = budget
        self.started_s = clock()
        self.is_over = False
        self._clock = clock
        self._cancelled = cancelled
        self._warn = warn

    @classmethod
    def after(cls, limit_s: float, clock: Callable[[], float]) -> Deadline:
        """The hard deadline `limit_s` seconds from now."""
        return cls(Budget(limit_s, is_hard=True), clock)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the deadline was made."""
        return self._clock() - self.started_s

    @property
    def remaining_s(self) -> float:
        """Seconds that are left, never fewer than 0."""
        return max(0.0, self.budget.seconds - self.elapsed_s)

    def check(self, kept_s: float = 0.0) -> None:
        """Go on, or stop.

        Args:
            kept_s: seconds of a hard budget that are kept for what comes after.

        Raises:
            TimeBudgetExceeded: a hard budget is used up.
            Cancelled: the answer is not wanted any more.
        """
        if self._cancelled():
            raise Cancelled
        if self.elapsed_s < self.budget.seconds - (kept_s if self.budget.is_hard else 0.0):
            return
        error = TimeBudgetExceeded(self.budget.seconds)
        if self.budget.is_hard:
            raise error
        if not self.is_over:
            self.is_over = True
            self._warn(error)
