"""What the judge, a fixed threshold and a repeated z-test make of simulated releases."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Callable

from measuring import releases
from phasegate.telemetry.judge.decision import Ruling
from phasegate.telemetry.judge.finding import fired
from phasegate.telemetry.judge.judgement import judge
from phasegate.telemetry.judge.mixture import mixture
from phasegate.telemetry.judge.policy import Policy
from phasegate.telemetry.judge.rule import Kind
from phasegate.telemetry.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

    from phasegate.telemetry.judge.observation import Observation
    from phasegate.telemetry.judge.rule import Rule
    from phasegate.telemetry.reading import Unit

POLICY = Policy()
ROLLS_BACK = (Severity.CRITICAL, Severity.HIGH)
NEVER = math.inf
_LEAST = 30
_Z = 1.645


@dataclass(frozen=True)
class Outcome:
    """After how many units each gave a release up; `NEVER` where it did not, None where it was not asked.

    Attributes:
        judge: a rule fired that rolls back.
        any_rule: any rule fired.
        fixed: "more than 5 % once there are 30", by the events.
        z_test: a one-sided test of canary against control at 5 % after every event.
        promoted: whether the judge would promote it at the last look.
    """

    judge: float = NEVER
    any_rule: float = NEVER
    fixed: float | None = None
    z_test: float | None = None
    promoted: bool = False


def outcome_of(observation: Observation, measure: str, limit: float, events: Sequence[Unit] = ()) -> Outcome:
    """What each makes of a release; the common rules count `events` where there are some, as they do in practice."""
    decision = judge(POLICY, observation)
    found = fired(decision.findings)
    after = {finding.rule: float(finding.fired_after or 0) for finding in found}
    common = _by_events(events) if events else _by_steps(observation, measure)
    fixed, z_test = _common(common, limit)
    return Outcome(
        min((units for rule, units in after.items() if rule.severity in ROLLS_BACK), default=NEVER),
        min(after.values(), default=NEVER),
        fixed,
        z_test,
        decision.ruling is Ruling.PROMOTE,
    )


def _by_steps(observation: Observation, measure: str) -> Iterable[tuple[int, int, int, int]]:
    canary = bad_canary = control = bad_control = 0
    for step in observation.steps:
        canary += step.canary.units
        bad_canary += getattr(step.canary, measure)
        control += step.control.units
        bad_control += getattr(step.control, measure)
        yield canary, bad_canary, control, bad_control


def _by_events(events: Sequence[Unit]) -> Iterable[tuple[int, int, int, int]]:
    counts = [0, 0, 0, 0]
    for event in events:
        arm = 0 if event.version in releases.VERSIONS.canary else 2
        counts[arm] += 1
        counts[arm + 1] += event.failed
        yield counts[0], counts[1], counts[2], counts[3]


def _by_lines(lines: Sequence[releases.Line], random: Random) -> Iterable[tuple[int, int, int, int]]:
    """What a count of lines says, each counted, beside a control in whose lines nothing is late."""
    bad = bad_control = 0
    for count, line in enumerate(lines, 1):
        bad += line.failed
        bad_control += random.random() < 0.05
        yield count, bad, count, bad_control


def _common(totals: Iterable[tuple[int, int, int, int]], limit: float) -> tuple[float, float]:
    """After how many of the canary's units the fixed threshold and the z-test are exceeded."""
    fixed = z_test = NEVER
    for canary, bad_canary, control, bad_control in totals:
        if canary < _LEAST or control < _LEAST:
            continue
        if fixed == NEVER and bad_canary > limit * canary:
            fixed = canary
        if z_test == NEVER:
            pooled = (bad_canary + bad_control) / (canary + control)
            scale = math.sqrt(pooled * (1 - pooled) * (1 / canary + 1 / control))
            if bad_canary / canary - bad_control / control > _Z * scale:
                z_test = canary
    return fixed, z_test


def at_limits(units: int, random: Random) -> Outcome:
    """See `releases.at_limits`."""
    return outcome_of(releases.at_limits(units, random), "failures", 0.05)


def below(units: int, random: Random) -> Outcome:
    """See `releases.below`."""
    return outcome_of(releases.below(units, random), "failures", 0.05)


def clustered(units: int, random: Random) -> Outcome:
    """See `releases.clustered`."""
    events = releases.clustered(units, random)
    return outcome_of(releases.seen(events), "failures", 0.05, events)


def rhythmic(units: int, random: Random) -> Outcome:
    """See `releases.rhythmic`; in steps of 15 s."""
    return outcome_of(releases.seen(releases.rhythmic(units, random), 15.0), "failures", 0.05)


def disordered(units: int, random: Random) -> Outcome:
    """See `releases.disordered`: every line that arrives is a look, at all that has arrived, in the order of time."""
    lines = releases.disordered(units, random)
    looks = [Looks(rule) for rule in POLICY.rules if rule.kind is Kind.ABSOLUTE]
    places: list[int] = []
    for line in lines:
        position = bisect_left(places, line.place)
        if position < len(places) and places[position] == line.place:
            continue
        places.insert(position, line.place)
        for look in looks:
            look.insert(position, getattr(line, _BAD[look.rule.measure.value]))
    after = min(look.fired for look in looks)
    return Outcome(after, after, *_common(_by_lines(lines, random), 0.05))


_BAD = {"failures": "failed", "over_budget": "over_budget"}
HEALTHY: dict[str, Callable[[int, Random], Outcome]] = {
    "at the limits": at_limits,
    "below them": below,
    "clustered by install": clustered,
    "daily rhythm": rhythmic,
    "late and duplicate lines": disordered,
}


class Looks:
    """A rule with a limit, looked at after every line, whatever order the lines come in.

    A judge that is run anew at each look counts every unit up to each place again. Here only the places behind a line that comes
    late are counted again, and the evidence of a place is looked up: it is enough where at most so many units were good.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.fired = NEVER
        self._bad: list[int] = []
        self._most_good = _most_good(rule.limit, rule.alpha)

    def insert(self, position: int, is_bad: bool) -> None:
        """A line arrives whose event has that position among those that are there."""
        before = self._bad[position - 1] if position else 0
        self._bad.insert(position, before)
        for place in range(position, len(self._bad)):
            bad = self._bad[place] = self._bad[place] + is_bad
            if self.fired == NEVER and bad and place + 1 - bad <= self._most_good[min(bad, _MOST_BAD)]:
                self.fired = len(self._bad)


_MOST_BAD = 1000
_memory: dict[tuple[float, float], list[int]] = {}


def _most_good(limit: float, alpha: float) -> list[int]:
    """For each number of bad units, how many good ones there may be at most for the rule to fire; -1 where it never does."""
    key = (limit, alpha)
    if key not in _memory:
        evidence, needed, good, table = mixture(limit), -math.log(alpha), -1, []
        for bad in range(_MOST_BAD + 1):
            while evidence.log_e(bad, good + 1) >= needed:
                good += 1
            table.append(good)
        _memory[key] = table
    return _memory[key]


def detection(release: releases.Release, units: int, measure: str, random: Random) -> Outcome:
    """What each makes of a bad release."""
    limit = 0.5 if measure == "slow" else 0.05
    return outcome_of(releases.stream(release, units, random), measure, limit)


def upper_bound(count: int, runs: int, doubt: float = 0.05) -> float:
    """The upper Clopper-Pearson bound of a share: the largest that gives so few with a probability of at least `doubt`."""
    low, high = count / runs, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if count < runs and _at_most(count, runs, middle) > doubt:
            low = middle
        else:
            high = middle
    return high if count < runs else 1.0


def _at_most(count: int, runs: int, share: float) -> float:
    terms = (
        math.lgamma(runs + 1)
        - math.lgamma(k + 1)
        - math.lgamma(runs - k + 1)
        + k * math.log(share)
        + (runs - k) * math.log1p(-share)
        for k in range(count + 1)
    )
    return math.fsum(math.exp(term) for term in terms)


def quantiles(delays: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile; `NEVER` where so many never came."""
    ordered = sorted(delays)
    return median(ordered), ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]
