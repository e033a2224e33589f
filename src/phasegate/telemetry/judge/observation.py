"""What the judge is given: counts per step of time, of the canary and of the control beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True)
class Tally:
    """The counts of one arm in one step.

    Attributes:
        units: installs whose first served run ended in the step.
        failures: those of them whose run failed.
        over_budget: those whose run took longer than its budget.
        slow: those whose run took longer than `Observation.slow_s`.
        active: installs of which anything was heard, each counted once an hour.
    """

    units: int = 0
    failures: int = 0
    over_budget: int = 0
    slow: int = 0
    active: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(mine + theirs for mine, theirs in zip(self.counts, other.counts)))

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """All of them."""
        return (self.units, self.failures, self.over_budget, self.slow, self.active)

    @property
    def is_sound(self) -> bool:
        """Whether these are whole numbers, none below 0, and no more units are bad than there are; NaN is none of that."""
        bad = self.failures, self.over_budget, self.slow
        is_whole = isinstance(self.units + sum(bad) + self.active, int)
        return is_whole and min(bad) >= 0 and max(bad) <= self.units and self.active >= 0


@dataclass(frozen=True)
class Step:
    """What was counted in the step of time that begins at `at_s`."""

    at_s: float
    canary: Tally = Tally()
    control: Tally = Tally()


@dataclass(frozen=True)
class Observation:
    """What was seen of a release.

    Attributes:
        since_s: when the watch began, seconds since 1970.
        until_s: until when was looked.
        steps: the counts, oldest first.
        slow_s: above how many seconds a run counted as slow; None where the control gave no limit.
        doubts: why the counts cannot be relied on, in sentences; none where they can.
    """

    since_s: float
    until_s: float
    steps: tuple[Step, ...] = ()
    slow_s: float | None = None
    doubts: tuple[str, ...] = ()

    def total(self) -> Step:
        """All steps as one."""
        canary = map(sum, zip(*(step.canary.counts for step in self.steps)))
        control = map(sum, zip(*(step.control.counts for step in self.steps)))
        return Step(self.since_s, Tally(*canary), Tally(*control))

    def flaws(self) -> tuple[str, ...]:
        """Why these are no counts at all: what a reset counter, a NaN or a clock that went back leave; a few of them."""
        found = (flaw for step in self.steps for flaw in _flaws(step))
        times = [step.at_s for step in self.steps]
        orders = (
            f"the step at {later:.0f} s comes after that at {earlier:.0f} s"
            for earlier, later in zip(times, times[1:])
            if later < earlier
        )
        return (*_some(found), *_some(orders))

    def as_json(self) -> dict[str, Any]:
        """Itself as JSON has it; a step is its time, the canary's counts and the control's, in the order of `Tally`."""
        return {
            "since_s": float(self.since_s),
            "until_s": float(self.until_s),
            "steps": [
                [float(step.at_s), list(step.canary.counts), list(step.control.counts)] for step in self.steps
            ],
            "slow_s": None if self.slow_s is None else float(self.slow_s),
            "doubts": list(self.doubts),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Observation:
        """The inverse of `as_json`; raises `KeyError`, `TypeError` or `ValueError` for what is none."""
        slow_s = content["slow_s"]
        steps = (
            Step(float(at_s), _tally(canary), _tally(control)) for at_s, canary, control in content["steps"]
        )
        return cls(
            float(content["since_s"]),
            float(content["until_s"]),
            tuple(steps),
            None if slow_s is None else float(slow_s),
            tuple(str(doubt) for doubt in content["doubts"]),
        )


_FEW = 3


def _some(found: Iterator[str]) -> list[str]:
    return [flaw for flaw, _ in zip(found, range(_FEW))]


def _flaws(step: Step) -> Iterator[str]:
    if not math.isfinite(step.at_s):
        yield f"a step has the time {step.at_s}"
        return
    for arm, tally in (("canary", step.canary), ("control", step.control)):
        if not tally.is_sound:
            yield f"the {arm}'s counts at {step.at_s:.0f} s are {tally.counts}"


def _tally(counts: Sequence[Any]) -> Tally:
    if not all(isinstance(count, (int, float)) for count in counts):
        raise ValueError(f"{counts} are no counts")
    return Tally(*counts)
