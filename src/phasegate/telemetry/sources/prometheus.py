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
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

from phasegate.telemetry.families import FAILED_UNITS, HEARTBEATS, LATE_UNITS, UNIT_DURATION, UNITS
from phasegate.telemetry.judge.observation import Observation, Step, Tally
from phasegate.telemetry.judge.observing import BOUNDARIES_S, slow_limit

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
_PER = {"canary": "install", "control": "day"}
"""A candidate is new to every install; what it is compared with is not, so that its installs count once a day."""
_BUCKETS = f"{UNIT_DURATION.name}_bucket"
_COUNTS = {
    "units": UNITS.name,
    "failures": FAILED_UNITS.name,
    "over_budget": LATE_UNITS.name,
    "active": HEARTBEATS.name,
}


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
    """The increases of a metric, and why they cannot be relied on."""

    increases: list[Increase] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


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
        answers: dict[str, Answer] = {}
        try:
            for metric in (*_COUNTS.values(), _BUCKETS):
                answers[metric] = self._increases(metric, plugin, versions, window, step_s)
        except SourceError as error:
            return Observation(window.since_s, window.until_s, doubts=(str(error),))
        doubts = sorted({doubt for answer in answers.values() for doubt in answer.doubts})
        slow_s = slow_limit(policy, list(_durations(answers[_BUCKETS], versions)), BOUNDARIES_S)
        steps = _steps(answers, versions, slow_s)
        return Observation(window.since_s, window.until_s, steps, slow_s, tuple(doubts))

    def _increases(
        self, metric: str, plugin: str, versions: Versions, window: Window, step_s: float
    ) -> Answer:
        wanted = "|".join(_quoted(version) for version in sorted({*versions.canary, *versions.control}))
        query = f'{metric}{{plugin="{plugin}",version=~"{wanted}"}}'
        grid = {"start": window.since_s, "end": window.until_s, "step": step_s}
        answer = Answer()
        for series in self._ask("query_range", {"query": query, **grid}):
            points = [(float(at_s), float(value)) for at_s, value in series["values"]]
            _count_growth(metric, series["metric"], points, window.since_s, step_s, answer)
        return answer

    def _ask(self, path: str, parameters: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        if urlsplit(self.address).scheme not in ("http", "https"):
            raise SourceError("the address of the source is no http or https address")
        url = f"{self.address.rstrip('/')}/api/v1/{path}"
        body = urlencode({name: str(value) for name, value in parameters.items()}, quote_via=quote)
        request = Request(url, data=body.encode(), headers={"User-Agent": "phasegate"})  # noqa: S310 - looked at above
        try:
            with urlopen(request, timeout=self.silence_s) as answer:  # noqa: S310
                content = json.loads(answer.read(_LARGEST_BYTES))
            if content["status"] != "success":
                raise SourceError(f"the source says {content.get('error', content['status'])}")
            result: Sequence[Mapping[str, Any]] = content["data"]["result"]
        except HTTPError as error:
            with error:
                raise SourceError(f"the source answers with status {error.code}") from None
        except (URLError, OSError) as error:
            raise SourceError(f"the source cannot be asked: {getattr(error, 'reason', error)}") from None
        except (ValueError, KeyError, TypeError):
            raise SourceError("the source's answer makes no sense") from None
        return result


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


def _durations(answer: Answer, versions: Versions) -> Iterator[float]:
    """The durations of the control's units, each rounded up to the bound of its bucket."""
    counts: dict[float, float] = defaultdict(float)
    for increase in answer.increases:
        if _arm_of(increase, versions) == "control":
            counts[float(increase.labels["le"].replace("+Inf", "inf"))] += increase.by
    below = 0.0
    for bound, count in sorted(counts.items()):
        yield from [bound] * round(count - below)
        below = count


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
        if arm is not None and float(increase.labels["le"].replace("+Inf", "inf")) == slow_s:
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


def _quoted(version: str) -> str:
    """A version as a part of a regular expression in a PromQL text."""
    return "".join(c if c.isalnum() else f"\\\\{c}" for c in version)
