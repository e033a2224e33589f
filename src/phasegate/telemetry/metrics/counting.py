"""The metrics of a plugin, counted from its events. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.metrics.families import (
    ADVANCED_USAGE,
    DOCUMENTATION,
    DURATION,
    ERRORS,
    FAILED_UNITS,
    FAMILIES,
    HEARTBEATS,
    HITS,
    INSTALLS,
    LATE_UNITS,
    LATENCY,
    LOOKUPS,
    OVER_BUDGET,
    PROBES,
    RENDERING,
    RUNS,
    SATISFACTION,
    SESSIONS,
    UNIT_DURATION,
    UNITS,
    USERS,
    V1_USAGE,
    VALIDATION_ERRORS,
    Family,
    Kind,
)
from phasegate.telemetry.metrics.soundness import is_countable
from phasegate.telemetry.reading import HEARTBEAT_S, OUTCOMES, SERVED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACTIVE_S = 7 * 86400
"""An install counts as active for so long after it was last heard of, in seconds."""

REMEMBERED = 500_000
"""By how many events at least the second line of one may be later than its first, and still count for nothing."""

PER = {"install": None, "day": 86400}
"""How often a first run of an install counts, by the label `per`: once for ever, or once in so many seconds."""


@dataclass(frozen=True)
class Sample:
    """The value of one series now: of a histogram, the series are its buckets, its sum and its count."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float

    @property
    def begins_at_zero(self) -> bool:
        """Whether it was 0 before anybody saw it: a counter, or a part of a histogram."""
        return self.name not in _GAUGES


_GAUGES = frozenset(family.name for family in FAMILIES if family.kind is Kind.GAUGE)


class Metrics:
    """The families of one machine's events, counted as the events come. An event that comes twice counts once.

    An event that lacks what its kind needs is not counted; `flawed` tells how many those were.

    Args:
        labels: the labels that somebody asks about, besides `plugin`; what differs in others alone is one series. None: all.
    """

    def __init__(self, labels: frozenset[str] | None = None) -> None:
        self._wanted = labels
        self.flawed = 0
        self._counters: dict[tuple[Family, tuple[str, ...]], float] = {}
        self._histograms: dict[tuple[Family, tuple[str, ...]], _Histogram] = {}
        self._seen: set[str] = set()
        self._seen_before: set[str] = set()
        self._begun: set[tuple[str, str]] = set()
        self._units: set[tuple[str, ...]] = set()
        self._heard: dict[tuple[str, str, str], float] = {}
        self._users: dict[tuple[str, str], float] = {}
        self._installs: dict[tuple[str, str], tuple[float, str]] = {}
        self._scores: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        self._documentation: dict[str, tuple[float, float]] = {}

    def count(self, event: Mapping[str, Any], at_s: float) -> None:
        """Count one event, which happened at `at_s` (seconds since 1970)."""
        if not is_countable(event):
            self.flawed += 1
            return
        if not self._is_news(event["id"]):
            return
        plugin = event["plugin"]
        self._begin(plugin, event["version"])
        if event["probe"]:
            self._count_probe(plugin, event)
            return
        self._users[plugin, event["user"]] = max(at_s, self._users.get((plugin, event["user"]), at_s))
        latest = self._installs.get((plugin, event["install"]))
        if latest is None or at_s >= latest[0]:
            self._installs[plugin, event["install"]] = (at_s, event["version"])
        self._hear(plugin, event["version"], event["install"], at_s)
        count = getattr(self, f"_count_{event['event']}", None)
        if count is not None:
            count(plugin, event, at_s)

    def _is_news(self, event_id: str) -> bool:
        if event_id in self._seen or event_id in self._seen_before:
            return False
        if len(self._seen) >= REMEMBERED:
            self._seen, self._seen_before = set(), self._seen
        self._seen.add(event_id)
        return True

    def samples(self, now_s: float) -> Iterator[Sample]:
        """Every series with its value; who was active is seen from `now_s`."""
        yield from self.counted()
        yield from self._gauges(now_s)

    def counted(self) -> Iterator[Sample]:
        """The series that were counted: counters and histograms."""
        for (family, values), value in self._counters.items():
            yield Sample(family.name, _labels(family, values), value)
        for (family, values), histogram in self._histograms.items():
            yield from histogram.samples(family, _labels(family, values))

    def _key(self, family: Family, values: tuple[str, ...]) -> tuple[Family, tuple[str, ...]]:
        """The series of `values`: those of labels that nobody asks about are left empty."""
        if self._wanted is None:
            return family, values
        names = ("plugin", *family.labels)
        return family, tuple(v if n == "plugin" or n in self._wanted else "" for n, v in zip(names, values))

    def _touch(self, family: Family, *values: str) -> None:
        self._counters.setdefault(self._key(family, values), 0.0)

    def _begin(self, plugin: str, version: str) -> None:
        """Let the series that alerts and the judge ask about begin at 0: an increase from nothing cannot be seen."""
        if (plugin, version) in self._begun:
            return
        self._begun.add((plugin, version))
        for per in PER:
            for family in (UNITS, FAILED_UNITS, LATE_UNITS):
                self._touch(family, plugin, version, per)
        self._touch(HEARTBEATS, plugin, version)
        for outcome in ("started", "failed"):
            self._touch(SESSIONS, plugin, version, outcome)
        for family in (LOOKUPS, HITS, VALIDATION_ERRORS, V1_USAGE, ADVANCED_USAGE):
            self._touch(family, plugin)

    def _add(self, family: Family, *values: str, by: float = 1.0) -> None:
        key = self._key(family, values)
        self._counters[key] = self._counters.get(key, 0.0) + by

    def _observe(self, family: Family, value: float, *values: str) -> None:
        key = self._key(family, values)
        if key not in self._histograms:
            self._histograms[key] = _Histogram(family.buckets)
        self._histograms[key].observe(value)

    def _count_probe(self, plugin: str, event: Mapping[str, Any]) -> None:
        if event["event"] == "command" and event["outcome"] in SERVED:
            self._touch(PROBES, plugin, event["version"], "failed")
            self._add(PROBES, plugin, event["version"], event["outcome"])
        elif event["event"] == "documentation":
            self._count_documentation(plugin, event, float("inf"))

    def _count_command(self, plugin: str, event: Mapping[str, Any], at_s: float) -> None:
        version, command, mode = event["version"], event["command"], event["mode"]
        outcome, duration_s = event["outcome"], float(event["duration_s"])
        for each in OUTCOMES:
            self._touch(RUNS, plugin, version, command, mode, event["format"], each)
        self._touch(OVER_BUDGET, plugin, version, command, mode)
        self._add(RUNS, plugin, version, command, mode, event["format"], outcome)
        self._add(ADVANCED_USAGE if event["explicit"] else V1_USAGE, plugin)
        if outcome not in SERVED:
            return
        late = duration_s > float(event["budget_s"])
        self._observe(DURATION, duration_s, plugin, command, mode)
        if late:
            self._add(OVER_BUDGET, plugin, version, command, mode)
        for per, span_s in PER.items():
            key = (plugin, version, event["install"], f"{at_s // span_s:.0f}" if span_s else "")
            if key in self._units:
                continue
            self._units.add(key)
            self._add(UNITS, plugin, version, per)
            self._add(FAILED_UNITS, plugin, version, per, by=float(outcome == "failed"))
            self._add(LATE_UNITS, plugin, version, per, by=float(late))
            self._observe(UNIT_DURATION, duration_s, plugin, version, per)

    def _hear(self, plugin: str, version: str, install: str, at_s: float) -> None:
        hour = at_s // HEARTBEAT_S
        if self._heard.get((plugin, version, install), -inf) < hour:
            self._heard[plugin, version, install] = hour
            self._add(HEARTBEATS, plugin, version)

    def _count_call(self, plugin: str, event: Mapping[str, Any], _at_s: float) -> None:
        self._observe(LATENCY, float(event["latency_s"]), plugin)
        self._observe(RENDERING, float(event["render_s"]), plugin, event["format"])
        self._add(LOOKUPS, plugin, by=float(event["cache_lookups"]))
        self._add(HITS, plugin, by=float(event["cache_hits"]))

    def _count_error(self, plugin: str, event: Mapping[str, Any], _at_s: float) -> None:
        self._add(ERRORS, plugin, event["version"], event["category"], event["severity"])
        if event["category"] == "ValidationError":
            self._add(VALIDATION_ERRORS, plugin)

    def _count_session(self, plugin: str, event: Mapping[str, Any], _at_s: float) -> None:
        self._add(SESSIONS, plugin, event["version"], event["outcome"])

    def _count_feedback(self, plugin: str, event: Mapping[str, Any], _at_s: float) -> None:
        number, total = self._scores[plugin]
        self._scores[plugin] = (number + 1, total + int(event["score"]))

    def _count_documentation(self, plugin: str, event: Mapping[str, Any], at_s: float) -> None:
        before_s, _ = self._documentation.get(plugin, (-inf, 0.0))
        if event["documented"] and at_s >= before_s:
            self._documentation[plugin] = (at_s, event["accurate"] / event["documented"])

    def _gauges(self, now_s: float) -> Iterator[Sample]:
        since_s = now_s - ACTIVE_S
        users: dict[str, int] = defaultdict(int)
        installs: dict[tuple[str, str], int] = defaultdict(int)
        for (plugin, _), at_s in self._users.items():
            users[plugin] += at_s >= since_s
        for (plugin, _), (at_s, version) in self._installs.items():
            installs[plugin, version] += at_s >= since_s
        for plugin, number in sorted(users.items()):
            yield Sample(USERS.name, _labels(USERS, (plugin,)), float(number))
        for key, number in sorted(installs.items()):
            yield Sample(INSTALLS.name, _labels(INSTALLS, key), float(number))
        for plugin, (number, total) in sorted(self._scores.items()):
            yield Sample(SATISFACTION.name, _labels(SATISFACTION, (plugin,)), total / number)
        for plugin, (_, share) in sorted(self._documentation.items()):
            yield Sample(DOCUMENTATION.name, _labels(DOCUMENTATION, (plugin,)), share)


class _Histogram:
    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def samples(self, family: Family, labels: tuple[tuple[str, str], ...]) -> Iterator[Sample]:
        below = 0
        for bound, number in zip((*self._bounds, inf), self._counts):
            below += number
            yield Sample(
                f"{family.name}_bucket", tuple(sorted((*labels, ("le", bound_text(bound))))), float(below)
            )
        yield Sample(f"{family.name}_count", labels, float(below))
        yield Sample(f"{family.name}_sum", labels, self._sum)


def bound_text(bound: float) -> str:
    """How a bucket's bound stands in the label `le`."""
    return "+Inf" if bound == inf else repr(bound)


@lru_cache(maxsize=100_000)
def _labels(family: Family, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in zip(("plugin", *family.labels), values) if value))
