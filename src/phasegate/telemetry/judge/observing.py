"""From units to what the judge is given: counts on a grid of time."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from phasegate.telemetry.judge.limits import median_boundary, median_limit, round_up
from phasegate.telemetry.judge.observation import Observation, Step, Tally
from phasegate.telemetry.metrics.families import BUCKETS_S
from phasegate.telemetry.reading import HEARTBEAT_S

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from phasegate.telemetry.judge.policy import Policy
    from phasegate.telemetry.reading import Heartbeat, Intake, Unit, Window

BOUNDARIES_S = BUCKETS_S
"""The boundaries of the histogram that is exported, which is what Prometheus can answer."""
MOST_REJECTED = 0.01


@dataclass(frozen=True)
class Versions:
    """Which versions make the arms."""

    canary: Collection[str]
    control: Collection[str] = ()

    def arm_of(self, version: str) -> str | None:
        """The name of the arm in a `Step`; None where it is neither's."""
        return "canary" if version in self.canary else "control" if version in self.control else None


def observe(
    policy: Policy,
    units: Iterable[Unit],
    versions: Versions,
    window: Window,
    *,
    step_s: float | None = None,
    heartbeats: Iterable[Heartbeat] = (),
    before: Iterable[Unit] = (),
    boundaries_s: Sequence[float] = (),
    doubts: Iterable[str] = (),
) -> Observation:
    """The observation that `units` give, in whatever order they come and however often.

    Args:
        policy: says what is slow.
        units: those of the window; others are left out. Of one install in one arm the earliest counts.
        versions: which are the canary's and which the control's.
        window: what is looked at.
        step_s: the length of a step, whose times are multiples of it; None makes each unit a step of its own.
        heartbeats: what was heard of which install, if that is known.
        before: units of the control from before the window, to know better what is slow.
        boundaries_s: makes the limit for slow runs one of these.
        doubts: why the counts cannot be relied on.
    """
    found, flawed = _first(units, versions, window)
    control = [unit.duration_s for arm, unit in found if arm == "control"]
    earlier = [unit.duration_s for unit in before if unit.at_s < window.since_s]
    slow_s = slow_limit(policy, [*control, *earlier], boundaries_s)
    counts: dict[tuple[float, int], dict[str, Tally]] = defaultdict(dict)
    for index, (arm, unit) in enumerate(found):
        at = (unit.at_s, index) if step_s is None else (_floor(unit.at_s, step_s), 0)
        _count(
            counts[at],
            arm,
            _tally(unit.failed, unit.over_budget, slow_s is not None and unit.duration_s > slow_s),
        )
    for arm, at_s in _heard(heartbeats, versions, window):
        at = (at_s, -1) if step_s is None else (_floor(at_s, step_s), 0)
        _count(counts[at], arm, _ACTIVE)
    steps = tuple(Step(at[0], **counts[at]) for at in sorted(counts))
    is_flawed = flawed > MOST_REJECTED * (len(found) + flawed)
    said = [*doubts, *([f"{flawed} units have no time, no duration or no outcome"] if is_flawed else [])]
    if not all(unit.install for _, unit in found):
        said.append("some runs do not tell of which install they are, so that nobody can count them")
    return Observation(window.since_s, window.until_s, steps, slow_s, tuple(said))


def slow_limit(
    policy: Policy, durations_s: Sequence[float], boundaries_s: Sequence[float] = ()
) -> float | None:
    """Above how many seconds a run is slow, given those of the control; None where they are too few to say.

    The policy's slow-down times the upper limit of their median; with `boundaries_s` each of the two is rounded up to one of these,
    so that a histogram of the durations leads to the same.
    """
    median_s = median_limit(durations_s, policy.median_alpha, boundaries_s)
    return _slow_limit(policy, median_s, boundaries_s)


def slow_boundary(
    policy: Policy, at_most: Sequence[int], count: int, boundaries_s: Sequence[float] = BOUNDARIES_S
) -> float | None:
    """The same as `slow_limit` with boundaries, from the control's histogram: how many of `count` runs took at most each."""
    median_s = median_boundary(at_most, count, boundaries_s, policy.median_alpha)
    return _slow_limit(policy, median_s, boundaries_s)


def _slow_limit(policy: Policy, median_s: float | None, boundaries_s: Sequence[float]) -> float | None:
    limit_s = None if median_s is None else policy.slowdown * median_s
    return round_up(limit_s, boundaries_s) if boundaries_s and limit_s is not None else limit_s


def doubts_about(intake: Intake, most_rejected: float = MOST_REJECTED) -> tuple[str, ...]:
    """Why what was read cannot be relied on, in sentences; none where it can.

    They end in the ledger and in notices, so they name no path, which might name a person: `invoke report` does.
    """
    doubts = []
    if intake.unreadable:
        doubts.append(f"{len(intake.unreadable)} of the logs could not be read; `invoke report` names what")
    if intake.missing:
        doubts.append(
            f"no log folder: {len(intake.missing)} of {len(intake.folders)} not there; `invoke report` names what"
        )
    for count, what in (
        (intake.rejected, "are no events"),
        (intake.newer, "have a newer schema"),
        (intake.future, "are from the future"),
    ):
        lines = intake.events + count
        if count > most_rejected * lines:
            doubts.append(f"{count} of {lines} lines {what}, more than {most_rejected:.0%}")
    return tuple(doubts)


def _first(units: Iterable[Unit], versions: Versions, window: Window) -> tuple[list[tuple[str, Unit]], int]:
    """The units that count with their arms, oldest first, and how many units have numbers that are none."""
    found: dict[tuple[str, str], Unit] = {}
    flawed = 0
    for unit in units:
        arm = versions.arm_of(unit.version)
        if arm is None:
            continue
        if not (math.isfinite(unit.at_s) and math.isfinite(unit.duration_s)):
            flawed += 1
        elif window.since_s <= unit.at_s < window.until_s:
            key = (arm, unit.install)
            found[key] = min(found[key], unit, key=_order) if key in found else unit
    ordered = sorted(found.items(), key=lambda item: (item[1].at_s, item[1].install, item[0]))
    return [(arm, unit) for (arm, _), unit in ordered], flawed


def _order(unit: Unit) -> tuple[object, ...]:
    return (unit.at_s, unit.install, unit.version, unit.failed, unit.over_budget, unit.duration_s)


def _heard(heartbeats: Iterable[Heartbeat], versions: Versions, window: Window) -> list[tuple[str, float]]:
    """The arm and the time of the first heartbeat of each install in each hour."""
    first: dict[tuple[str, str, float], float] = {}
    for beat in heartbeats:
        arm = versions.arm_of(beat.version)
        if arm is not None and window.since_s <= beat.at_s < window.until_s:
            key = (arm, beat.install, _floor(beat.at_s, HEARTBEAT_S))
            first[key] = min(first.get(key, beat.at_s), beat.at_s)
    return [(arm, at_s) for (arm, _, _), at_s in first.items()]


def _floor(at_s: float, step_s: float) -> float:
    return math.floor(at_s / step_s) * step_s


_ACTIVE = Tally(active=1)


def _count(tallies: dict[str, Tally], arm: str, more: Tally) -> None:
    tallies[arm] = tallies[arm] + more if arm in tallies else more


@lru_cache(maxsize=8)
def _tally(failed: bool, over_budget: bool, is_slow: bool) -> Tally:
    return Tally(1, int(failed), int(over_budget), int(is_slow))
