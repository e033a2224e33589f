"""A hard time budget as a value: whoever works asks it before each further step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rforge.errors import TimeBudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Deadline:
    """The instant at which a budget of `budget_s` seconds is used up, on the clock that it was made with."""

    budget_s: float
    started_s: float
    clock: Callable[[], float]

    @classmethod
    def after(cls, budget_s: float, clock: Callable[[], float]) -> Deadline:
        """The deadline `budget_s` seconds from now."""
        return cls(budget_s, clock(), clock)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the deadline was made."""
        return self.clock() - self.started_s

    def check(self) -> None:
        """Go on, or stop.

        Raises:
            TimeBudgetExceeded: the budget is used up.
        """
        if self.elapsed_s >= self.budget_s:
            raise TimeBudgetExceeded(self.budget_s)
