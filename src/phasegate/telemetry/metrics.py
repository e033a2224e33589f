"""The metrics of a plugin, counted from its events. Pure.

Every metric that a machine can count by itself is a family here; rates and shares are ratios of families, which the rule
file names (`alerts/rules.toml`), so that they can be summed over machines first. Names and kinds follow Prometheus's
conventions (prometheus.io/docs/practices/naming), but for names that the requirements give.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BUCKETS_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""The upper bounds of a histogram's buckets, in seconds."""

FAST_BUCKETS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""The same for what takes milliseconds."""

ACTIVE_S = 7 * 86400
"""An install counts as active for so long after it was last heard of, in seconds."""

HEARTBEAT_S = 3600
"""An install gives at most one heartbeat in each of these, in seconds."""

PER = {"install": None, "day": 86400}
"""How often a first run of an install counts, by the label `per`: once for ever, or once in so many seconds."""

SERVED = ("ok", "partial", "failed")
_OUTCOMES = (*SERVED, "refused", "cancelled")


class Kind(Enum):
    """What may be done with a family: counters and histograms are increased, gauges are set."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True)
class Family:
    """A metric: its name, what it tells, and the labels that its series have besides `plugin`."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


RUNS = Family("command_executions_total", Kind.COUNTER, "Runs of commands, by how they ended.",
              ("version", "command", "mode", "format", "outcome"))  # fmt: skip
OVER_BUDGET = Family("time_budget_exceeded_total", Kind.COUNTER, "Served runs that took longer than their time budget.",
                     ("version", "command", "mode"))  # fmt: skip
DURATION = Family(
    "command_duration_seconds", Kind.HISTOGRAM, "How long served runs took.", ("command", "mode"), BUCKETS_S
)
LATENCY = Family("mcp_server_latency_seconds", Kind.HISTOGRAM,
                 "From a request's arrival to its answer's departure, without the command's own work.",
                 (), FAST_BUCKETS_S)  # fmt: skip
RENDERING = Family("format_generation_duration_seconds", Kind.HISTOGRAM, "How long a format took to write.",
                   ("format",), FAST_BUCKETS_S)  # fmt: skip
LOOKUPS = Family("cache_lookups_total", Kind.COUNTER, "How often something remembered was asked for.")
HITS = Family("cache_hits_total", Kind.COUNTER, "How often it was there.")
ERRORS = Family("error_total", Kind.COUNTER, "Errors, by category.", ("version", "category", "severity"))
VALIDATION_ERRORS = Family("validation_errors_total", Kind.COUNTER, "Requests that made no sense.")
SESSIONS = Family(
    "sessions_total", Kind.COUNTER, "Starts of the plugin, by how they ended.", ("version", "outcome")
)
PROBES = Family(
    "probe_runs_total", Kind.COUNTER, "Served runs that a probe asked for.", ("version", "outcome")
)
V1_USAGE = Family(
    "v1_usage_total", Kind.COUNTER, "Runs that named neither mode nor format, as version 1 had it."
)
ADVANCED_USAGE = Family("advanced_usage_total", Kind.COUNTER, "Runs that named a mode or a format.")
UNITS = Family("first_runs_total", Kind.COUNTER, "First served runs on a version: of an install, and of an install on a day.",
               ("version", "per"))  # fmt: skip
FAILED_UNITS = Family(
    "first_runs_failed_total", Kind.COUNTER, "Those of them that failed.", ("version", "per")
)
LATE_UNITS = Family(
    "first_runs_over_budget_total", Kind.COUNTER, "Those of them over budget.", ("version", "per")
)
UNIT_DURATION = Family(
    "first_run_duration_seconds", Kind.HISTOGRAM, "How long they took.", ("version", "per"), BUCKETS_S
)
HEARTBEATS = Family(
    "heartbeats_total", Kind.COUNTER, "Installs that were heard of, each once an hour.", ("version",)
)
USERS = Family("unique_users", Kind.GAUGE, "Users who were active in the last seven days.")
INSTALLS = Family("active_installs", Kind.GAUGE, "Installs that were active in the last seven days, by where they are now.",
                  ("version",))  # fmt: skip
RELEASED = Family("released_info", Kind.GAUGE, "1 for the version that is public.", ("version",))
SATISFACTION = Family("user_satisfaction", Kind.GAUGE, "The mean score that users gave, 1 to 5.")
DOCUMENTATION = Family(
    "documentation_accuracy_score", Kind.GAUGE, "True statements of the documentation, of those checked last."
)
FAMILIES = (
    RUNS, OVER_BUDGET, DURATION, LATENCY, RENDERING, LOOKUPS, HITS, ERRORS, VALIDATION_ERRORS, SESSIONS, PROBES, V1_USAGE,
    ADVANCED_USAGE, UNITS, FAILED_UNITS, LATE_UNITS, UNIT_DURATION, HEARTBEATS, USERS, INSTALLS, RELEASED, SATISFACTION, DOCUMENTATION,
)  # fmt: skip
"""All families, in the order in which they are shown."""


@dataclass(frozen=True)
class Sample:
    """The value of one series now: of a histogram, the series are its buckets, its sum and its count."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float


class Metrics:
    """The families of one machine's events, counted as the events come. An event that comes twice counts once."""

    def __init__(self) -> None:
        self._counters: dict[tuple[Family, tuple[str, ...]], float] = {}
        self._histograms: dict[tuple[Family, tuple[str, ...]], _Histogram] = {}
        self._seen: set[str] = set()
        self._units: set[tuple[str, ...]] = set()
        self._heard: dict[tuple[str, str, str], float] = {}
        self._users: dict[tuple[str, str], float] = {}
        self._installs: dict[tuple[str, str], tuple[float, str]] = {}
        self._scores: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        self._documentation: dict[str, tuple[float, float]] = {}

    def count(self, event: Mapping[str, Any], at_s: float) -> None:
        """Count one event, which happened at `at_s` (seconds since 1970)."""
        if event["id"] in self._seen:
            return
        self._seen.add(event["id"])
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

    def samples(self, now_s: float) -> Iterator[Sample]:
        """Every series with its value; who was active is seen from `now_s`."""
        for (family, values), value in sorted(self._counters.items(), key=_order):
            yield Sample(family.name, _labels(family, values), value)
        for (family, values), histogram in sorted(self._histograms.items(), key=_order):
            yield from histogram.samples(family, _labels(family, values))
        yield from self._gauges(now_s)

    def _begin(self, plugin: str, version: str) -> None:
        """Let the series that alerts and the judge ask about begin at 0: an increase from nothing cannot be seen."""
        for per in PER:
            for family in (UNITS, FAILED_UNITS, LATE_UNITS):
                self._counters.setdefault((family, (plugin, version, per)), 0.0)
        self._counters.setdefault((HEARTBEATS, (plugin, version)), 0.0)
        for outcome in ("started", "failed"):
            self._counters.setdefault((SESSIONS, (plugin, version, outcome)), 0.0)
        for family in (LOOKUPS, HITS, VALIDATION_ERRORS, V1_USAGE, ADVANCED_USAGE):
            self._counters.setdefault((family, (plugin,)), 0.0)

    def _add(self, family: Family, *values: str, by: float = 1.0) -> None:
        key = (family, values)
        self._counters[key] = self._counters.get(key, 0.0) + by

    def _observe(self, family: Family, value: float, *values: str) -> None:
        key = (family, values)
        if key not in self._histograms:
            self._histograms[key] = _Histogram(family.buckets)
        self._histograms[key].observe(value)

    def _count_probe(self, plugin: str, event: Mapping[str, Any]) -> None:
        if event["event"] == "command" and event["outcome"] in SERVED:
            self._counters.setdefault((PROBES, (plugin, event["version"], "failed")), 0.0)
            self._add(PROBES, plugin, event["version"], event["outcome"])
        elif event["event"] == "documentation":
            self._count_documentation(plugin, event, float("inf"))

    def _count_command(self, plugin: str, event: Mapping[str, Any], at_s: float) -> None:
        version, command, mode = event["version"], event["command"], event["mode"]
        outcome, duration_s = event["outcome"], float(event["duration_s"])
        for each in _OUTCOMES:
            self._counters.setdefault((RUNS, (plugin, version, command, mode, event["format"], each)), 0.0)
        self._counters.setdefault((OVER_BUDGET, (plugin, version, command, mode)), 0.0)
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


def _labels(family: Family, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(zip(("plugin", *family.labels), values)))


def _order(item: tuple[tuple[Family, tuple[str, ...]], object]) -> tuple[str, tuple[str, ...]]:
    (family, values), _ = item
    return family.name, values
