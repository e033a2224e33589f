"""How long a report looks back, and how finely it looks. Pure."""

from __future__ import annotations

from enum import Enum

from phasegate.telemetry.reading import Window


class Period(Enum):
    """A span of time that reports are made of: its length and the step of its plots, in seconds."""

    DAY = ("day", 86400, 900)
    WEEK = ("week", 7 * 86400, 2 * 3600)
    MONTH = ("month", 30 * 86400, 6 * 3600)

    def __init__(self, word: str, length_s: int, step_s: int) -> None:
        self.word = word
        self.length_s = length_s
        self.step_s = step_s

    def window(self, until_s: float) -> Window:
        """The period that ends at `until_s`, seconds since 1970."""
        return Window(until_s - self.length_s, until_s)


def step_for(length_s: float) -> int:
    """The step of plots over a span of `length_s` seconds, in seconds."""
    return next((period.step_s for period in Period if length_s <= period.length_s), Period.MONTH.step_s)
