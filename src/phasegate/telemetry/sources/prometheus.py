"""The judge's second source: the HTTP API of a Prometheus, or of what speaks it (Thanos, Mimir, VictoriaMetrics).

The counters are asked for on the grid of the judge's steps, series by series, and their increases are taken here, so that
nothing is extrapolated. What cannot be relied on, such as a counter that was reset, a value that is none, or a gap, is said
as a doubt, which holds a release.

Source: prometheus.io/docs/prometheus/latest/querying/api.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from phasegate.redaction import redact
from phasegate.telemetry.judge.observation import Observation, Step, Tally
from phasegate.telemetry.judge.observing import BOUNDARIES_S, slow_boundary
from phasegate.telemetry.metrics.families import FAILED_UNITS, HEARTBEATS, LATE_UNITS, UNIT_DURATION, UNITS
from phasegate.telemetry.wire import WireError, post

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from phasegate.telemetry.judge.observing import Versions
    from phasegate.telemetry.judge.policy import Policy
    from phasegate.telemetry.reading import Window

SILENCE_S = 30.0
_LARGEST_BYTES = 200_000_000
_MOST_POINTS = 10_000
"""Prometheus gives at most 11,000 points of a series."""

_GAP_STEPS = 5
_BEFORE = "7d"
"""How far before the window a series is looked for, to tell one that begins in it from one that was silent."""

_LONGEST_WORDS = 200
_PER = {"canary": "install", "control": "day"}
"""A candidate is new to every install; what it is compared with is not, so that its installs count once a day."""
_BUCKETS = f"{UNIT_DURATION.name}_bucket"
_COUNTS = {
    "units": UNITS.name,
    "failures": FAILED_UNITS.name,
    "over_budget": LATE_UNITS.name,
    "active": HEARTBEATS.name,
}


_NONSENSE = "the source's answer makes no sense"


class SourceError(Exception):
    """The source could not be asked, or gave no answer that makes sense; the text holds no credentials."""


@dataclass(frozen=True)
class Increase:
    """How much the series of one metric grew in a step."""

    at_s: float
    labels: Mapping[str, str]
    by: float


@dataclass
class Answer:
    """The increases of a metric, why they cannot be relied on, and the version and the `per` of each series."""

    increases: list[Increase] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    series: set[tuple[str, str | None]] = field(default_factory=set)


@dataclass(frozen=True)
class _Question:
    plugin: str
    versions: Versions
    window: Window
    step_s: float

    def selector(self, metric: str) -> str:
        """The series of a metric in PromQL."""
        wanted = "|".join(
            _quoted(version) for version in sorted({*self.versions.canary, *self.versions.control})
        )
        return f'{metric}{{plugin="{self.plugin}",version=~"{wanted}"}}'


@dataclass(frozen=True)
class Prometheus:
    """The API at `address`, such as `http://127.0.0.1:9090`."""

    address: str = field(repr=False)
    silence_s: float = SILENCE_S

    def observe(
        self, policy: Policy, plugin: str, versions: Versions, window: Window, step_s: float
    ) -> Observation:
        """What the metrics say of a release; where they cannot be asked, the observation says why, and holds nothing.

        Args:
            policy: says what is slow.
            plugin: whose metrics they are.
            versions: which are the canary's and which the control's.
            window: what is looked at.
            step_s: the length of a step; it grows where the window is too long for the source.
        """
        step_s = max(step_s, math.ceil((window.until_s - window.since_s) / _MOST_POINTS))
        question = _Question(plugin, versions, window, step_s)
        try:
            answers = self._answers(question)
            slow_s = _slow_limit(policy, answers[_BUCKETS], versions)
            steps = _steps(answers, versions, slow_s)
        except SourceError as error:
            return Observation(window.since_s, window.until_s, doubts=(str(error),))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return Observation(window.since_s, window.until_s, doubts=(_NONSENSE,))
        doubts = {doubt for answer in answers.values() for doubt in answer.doubts}
        doubts.update(_missing(answers))
        return Observation(window.since_s, window.until_s, steps, slow_s, tuple(sorted(doubts)))

    def _answers(self, question: _Question) -> dict[str, Answer]:
        """The increases of each metric."""
        answers: dict[str, Answer] = {}
        for metric in (*_COUNTS.values(), _BUCKETS):
            window = question.window
            grid = {"start": window.since_s, "end": window.until_s, "step": question.step_s, "nocache": 1}
            earlier = f"last_over_time({question.selector(metric)}[{_BEFORE}])"
            before = self._ask("query", {"query": earlier, "time": window.since_s})
            known = {_key(series["metric"]): float(series["value"][1]) for series in before}
            found = self._ask("query_range", {"query": question.selector(metric), **grid})
            answers[metric] = _answer(metric, found, known, question)
        return answers

    def _ask(self, path: str, parameters: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        text = urlencode({name: str(value) for name, value in parameters.items()}, quote_via=quote)
        form = "application/x-www-form-urlencoded"
        try:
            body = post(self.address, f"/api/v1/{path}", text.encode(), form, self.silence_s, _LARGEST_BYTES)
            content = json.loads(body)
            if content["status"] != "success":
                words = redact(str(content.get("error", content["status"])))[:_LONGEST_WORDS]
                raise SourceError(f"the source says {words}")
            if content.get("warnings") or content.get("isPartial"):
                raise SourceError("the source gives only a part of what was asked for")
            result: Sequence[Mapping[str, Any]] = content["data"]["result"]
        except WireError as error:
            raise SourceError(f"the source {error}") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SourceError(_NONSENSE) from None
        return result


def _answer(
    metric: str, found: Sequence[Mapping[str, Any]], known: Mapping[str, float], question: _Question
) -> Answer:
    """The increases of the series `found`, given the values that were `known` before the window."""
    answer, window = Answer(), question.window
    heard: dict[str, float] = {}
    for series in found:
        labels = series["metric"]
        points = [(float(at_s), float(value)) for at_s, value in series["values"]]
        times = [at_s for at_s, _ in points]
        if (
            not times
            or times != sorted(set(times))
            or times[0] < window.since_s
            or times[-1] > window.until_s
        ):
            raise SourceError(_NONSENSE)
        if times[0] > window.since_s and known.get(_key(labels)):
            answer.doubts.append(f"{metric} of {labels.get('version', '')} has gaps")
            points.insert(0, (window.since_s, known[_key(labels)]))
        version = labels["version"]
        heard[version] = max(heard.get(version, 0.0), times[-1])
        answer.series.add((version, labels.get("per")))
        _count_growth(metric, labels, points, window.since_s, question.step_s, answer)
    for version, at_s in heard.items():
        if window.until_s - at_s > _GAP_STEPS * question.step_s:
            answer.doubts.append(f"{metric} of {version} ends before the end of what is looked at")
    return answer


def _missing(answers: Mapping[str, Answer]) -> Iterator[str]:
    """What is not told of units that are: that nobody counted failures does not mean that there were none."""
    for version, per in answers[UNITS.name].series:
        for metric in (FAILED_UNITS.name, LATE_UNITS.name):
            if (version, per) not in answers[metric].series:
                yield f"{metric} of {version} is missing"


def _count_growth(
    metric: str,
    labels: Mapping[str, str],
    points: Sequence[tuple[float, float]],
    since_s: float,
    step_s: float,
    answer: Answer,
) -> None:
    """Add to `answer` how much a series grew from point to point; one that begins in the window begins at 0."""
    version = labels.get("version", "")
    before_s, before = since_s, 0.0
    if points and points[0][0] <= since_s:
        before_s, before = points[0]
    for at_s, value in points:
        if not math.isfinite(value) or value < 0:
            answer.doubts.append(f"{metric} of {version} is {value} at times")
            return
        if at_s - before_s > _GAP_STEPS * step_s and before:
            answer.doubts.append(f"{metric} of {version} has gaps")
        if value < before:
            answer.doubts.append(
                f"{metric} of {version} was reset: what was counted meanwhile may be missing"
            )
            before = 0.0
        if value > before:
            answer.increases.append(Increase(at_s, labels, value - before))
        before_s, before = at_s, value


def _slow_limit(policy: Policy, answer: Answer, versions: Versions) -> float | None:
    """Above how many seconds a run is slow, from the histogram of the control's units."""
    counts: dict[float, float] = defaultdict(float)
    for increase in answer.increases:
        if _arm_of(increase, versions) == "control":
            counts[_bound(increase)] += increase.by
    at_most = [round(counts.get(boundary, 0.0)) for boundary in BOUNDARIES_S]
    return slow_boundary(policy, at_most, round(counts.get(math.inf, 0.0)))


def _bound(increase: Increase) -> float:
    return float(increase.labels["le"].replace("+Inf", "inf"))


def _steps(answers: Mapping[str, Answer], versions: Versions, slow_s: float | None) -> tuple[Step, ...]:
    counts: dict[float, dict[str, dict[str, float]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(float))
    )
    for name, metric in _COUNTS.items():
        for increase in answers[metric].increases:
            arm = _arm_of(increase, versions)
            if arm is not None:
                counts[increase.at_s][arm][name] += increase.by
    for increase in answers[_BUCKETS].increases if slow_s is not None else ():
        arm = _arm_of(increase, versions)
        if arm is not None and _bound(increase) == slow_s:
            counts[increase.at_s][arm]["quick"] += increase.by
    return tuple(
        Step(at_s, **{arm: _tally(found, slow_s) for arm, found in arms.items()})
        for at_s, arms in sorted(counts.items())
    )


def _tally(found: Mapping[str, float], slow_s: float | None) -> Tally:
    whole = {name: round(found.get(name, 0.0)) for name in (*_COUNTS, "quick")}
    slow = max(0, whole["units"] - whole.pop("quick")) if slow_s is not None else 0
    whole.pop("quick", None)
    return Tally(slow=slow, **whole)


def _arm_of(increase: Increase, versions: Versions) -> str | None:
    arm = versions.arm_of(increase.labels.get("version", ""))
    per = increase.labels.get("per")
    return arm if arm is not None and per in (None, _PER[arm]) else None


def _key(labels: Mapping[str, str]) -> str:
    """What tells a series from the others of its metric."""
    return json.dumps({name: value for name, value in labels.items() if name != "__name__"}, sort_keys=True)


def _quoted(version: str) -> str:
    """A version as a part of a regular expression in a PromQL text."""
    return "".join(c if c.isalnum() else f"\\\\{c}" for c in version)
