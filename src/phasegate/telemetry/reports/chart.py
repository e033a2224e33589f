"""What a plot shows, as values; `svg` draws it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Line:
    """Points of one quantity over time (seconds since 1970); None where there was nothing, which interrupts the line."""

    name: str
    points: tuple[tuple[float, float | None], ...]


@dataclass(frozen=True)
class Band:
    """Between what a quantity lies over time: time, and low and high; None where there was nothing, which interrupts the band."""

    name: str
    points: tuple[tuple[float, tuple[float, float] | None], ...]


@dataclass(frozen=True)
class Mark:
    """Something that happened at an instant: a phase that was entered, a rollback."""

    at_s: float
    text: str
    is_bad: bool = False


@dataclass(frozen=True)
class Limit:
    """A value that should not be exceeded, or not be fallen below."""

    name: str
    value: float


@dataclass(frozen=True)
class TimeChart:
    """Quantities over time.

    Attributes:
        key: names it on the page.
        title: what it shows.
        unit: what its values are: `s`, `%`, or a word.
        since_s, until_s: the span of time that is shown, seconds since 1970.
        lines: the quantities.
        bands: between what they lie.
        limits: values to compare them with.
        marks: what happened meanwhile.
        is_logarithmic: whether the values are shown on a logarithmic scale.
    """

    key: str
    title: str
    unit: str
    since_s: float
    until_s: float
    lines: tuple[Line, ...] = ()
    bands: tuple[Band, ...] = ()
    limits: tuple[Limit, ...] = ()
    marks: tuple[Mark, ...] = ()
    is_logarithmic: bool = False

    def values(self) -> Iterator[float]:
        """Every value that has to find a place."""
        for line in self.lines:
            yield from (value for _, value in line.points if value is not None)
        for band in self.bands:
            yield from (value for _, limits in band.points for value in limits or ())
        yield from (limit.value for limit in self.limits)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(value is not None for line in self.lines for _, value in line.points)


@dataclass(frozen=True)
class Bar:
    """One part of a whole: how many, what share, and what share was expected (None: nothing was)."""

    name: str
    count: int
    share: float
    expected: float | None = None


@dataclass(frozen=True)
class ShareChart:
    """How a whole is shared out."""

    key: str
    title: str
    bars: tuple[Bar, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.bars
