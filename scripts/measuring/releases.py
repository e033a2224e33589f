"""Simulated releases: units of a canary and of the control beside it, and what each release is like."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.telemetry.judge.observation import Observation, Step, Tally
from phasegate.telemetry.judge.observing import Versions, observe, slow_limit
from phasegate.telemetry.judge.policy import Policy
from phasegate.telemetry.reading import Unit, Window

if TYPE_CHECKING:
    from random import Random

DAY_S = 86_400.0
SPREAD = 0.6
"""The standard deviation of the logarithm of a duration."""
VERSIONS = Versions(("2",), ("1",))
_TALLIES = {
    (failed, late, slow): Tally(1, failed, late, slow)
    for failed in (0, 1)
    for late in (0, 1)
    for slow in (0, 1)
}


@dataclass(frozen=True)
class Release:
    """What a release is like.

    Attributes:
        canary: the share of its runs that fail.
        control: the same of the version before.
        over_budget: the share of its runs that take longer than their budget.
        slowdown: how many times as long as the control's its runs take.
    """

    canary: float
    control: float
    over_budget: float = 0.0
    slowdown: float = 1.0


def stream(release: Release, units: int, random: Random, limit_s: float | None = None) -> Observation:
    """That many units of each arm, in turns; each pair is a step.

    Above `limit_s` a run is slow; by default it is what a thousand earlier runs of the control give.
    """
    draw, gauss = random.random, random.gauss
    limit = limit_s or slow_limit(Policy(), [math.exp(gauss(0, SPREAD)) for _ in range(1000)]) or math.inf
    middle = math.log(limit / release.slowdown)
    control_middle = math.log(limit)
    steps = [
        Step(
            float(at),
            _TALLIES[draw() < release.canary, draw() < release.over_budget, gauss(0, SPREAD) > middle],
            _TALLIES[draw() < release.control, 0, gauss(0, SPREAD) > control_middle],
        )
        for at in range(units)
    ]
    return Observation(0.0, float(units), tuple(steps), slow_s=limit)


def at_limits(units: int, random: Random) -> Observation:
    """Every rate as high as the high rules allow, the control's too, and half of the runs slow."""
    return stream(Release(0.05, 0.05, 0.05, slowdown=1.2), units, random, limit_s=1.2)


def below(units: int, random: Random) -> Observation:
    """A common release: two runs in a hundred fail, as before, and nothing is slower."""
    return stream(Release(0.02, 0.02, 0.02), units, random)


def clustered(events: int, random: Random, installs: int = 0) -> list[Unit]:
    """Ten runs of each install, that are alike: some installs fail often, most never; 5 % on average, correlation 0.33."""
    total = 1 / 0.33 - 1
    units = []
    for version in ("1", "2"):
        for install in range(installs or events // 10):
            rate = random.betavariate(0.05 * total, 0.95 * total)
            units += [
                Unit(
                    random.uniform(0, DAY_S),
                    version,
                    str(install),
                    random.random() < rate,
                    over_budget=False,
                    duration_s=1.0,
                )
                for _ in range(10)
            ]
    return sorted(units, key=lambda unit: unit.at_s)


def rhythmic(events: int, random: Random) -> list[Unit]:
    """A week in which people work by day, and errors are five times as frequent, and at their limit, when they do."""
    units = []
    draw, lognormal = random.random, random.lognormvariate
    for index in range(2 * events):
        at_s = 7 * DAY_S * draw()
        light = _daylight(at_s)
        while draw() > light:
            at_s = 7 * DAY_S * draw()
            light = _daylight(at_s)
        failed, is_late = draw() < 0.05 * (0.2 + 0.8 * light), draw() < 0.05
        units.append(Unit(at_s, "12"[index % 2], str(index), failed, is_late, lognormal(0, SPREAD)))
    return units


def _daylight(at_s: float) -> float:
    return 0.5 - 0.5 * math.cos(_TURN * at_s)


_TURN = 2 * math.pi / DAY_S


def seen(units: list[Unit], step_s: float | None = None) -> Observation:
    """What the judge is given of `units`."""
    return observe(Policy(), units, VERSIONS, Window(0.0, 7 * DAY_S + 1), step_s=step_s)


@dataclass(frozen=True)
class Line:
    """A line of a log that arrives: the place of its event in the order of time."""

    place: int
    failed: bool
    over_budget: bool


def disordered(events: int, random: Random) -> list[Line]:
    """Lines at the limits in the order in which they arrive: one in twenty comes late, by up to 400 places, and one in twenty twice."""
    arrivals: list[tuple[float, Line]] = []
    for place in range(events):
        line = Line(place, random.random() < 0.05, random.random() < 0.05)
        delay = random.uniform(0, 400) if random.random() < 0.05 else 0.0
        arrivals.append((place + delay, line))
        if random.random() < 0.05:
            arrivals.append((place + random.uniform(0, 400), line))
    return [line for _, line in sorted(arrivals, key=lambda arrival: (arrival[0], arrival[1].place))]


def silent(installs: int, missing: float, random: Random, hours: int = 48) -> Observation:
    """Installs that differ in how often they are used, a tenth of them the canary's, of which a share falls silent after a run."""
    counts = {arm: [[0, 0] for _ in range(hours)] for arm in ("canary", "control")}
    for index in range(installs):
        arm = "control" if index % 10 else "canary"
        heard = _active_hours(random.gammavariate(1, 0.2), hours, random)
        if arm == "canary" and random.random() < missing:
            heard = heard[:1]
        for position, hour in enumerate(heard):
            counts[arm][hour][0] += position == 0
            counts[arm][hour][1] += 1
    tallies = {arm: [Tally(new, active=active) for new, active in counted] for arm, counted in counts.items()}
    pairs = zip(tallies["canary"], tallies["control"])
    steps = tuple(Step(hour * 3600.0, *pair) for hour, pair in enumerate(pairs))
    return Observation(0.0, hours * 3600.0, steps)


def _active_hours(activity: float, hours: int, random: Random) -> list[int]:
    """The hours in which an install is used, each with the probability `activity`."""
    hour = -1
    found: list[int] = []
    missed = math.log1p(-min(activity, 0.999))
    while True:
        hour += 1 + int(math.log(1 - random.random()) / missed)
        if hour >= hours:
            return found
        found.append(hour)
