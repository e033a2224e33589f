"""Series of samples, and the few functions of PromQL over them that rules need, with Prometheus's own semantics. Pure.

Source: Prometheus 2.42, `promql/functions.go` (`extrapolatedRate`), `promql/quantile.go` (`bucketQuantile`) and
`promql/engine.go` (look-back of five minutes, staleness). A conformance test runs both on the same series.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from math import floor, inf, isinf, isnan, nan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

LOOKBACK_S = 300.0
"""How long a sample stands for its series, in seconds."""

GRAIN = 0.001
"""What was counted is rounded to so much: a sum's last bit depends on the order of its series, and must decide nothing."""

STALE = None
"""The value of a sample that says: this series has ended."""

_GRAINS = 1 / GRAIN
_NEARLY = 1.1
"""A gap at an end of the window that is longer than that many usual gaps is no chance: nothing is added for it."""


@dataclass(frozen=True)
class Selector:
    """The series of one metric whose labels have one of the given values.

    Attributes:
        metric: the metric's name.
        where: label → the values that it may have.
    """

    metric: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def promql(self, tail: str = "") -> str:
        """The same in PromQL; `tail` is what follows, such as a range."""
        matchers = ",".join(_matcher(label, values) for label, values in self.where.items())
        return f"{self.metric}{'{' + matchers + '}' if matchers else ''}{tail}"

    def takes(self, labels: Mapping[str, str]) -> bool:
        """Whether a series of the metric with `labels` is one of them."""
        return all(labels.get(label, "") in values for label, values in self.where.items())


@dataclass
class Series:
    """One series: times (seconds since 1970, rising) and the values at them; None ends the series."""

    labels: Mapping[str, str]
    times: list[float] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)

    def at(self, at_s: float) -> float | None:
        """The value that stands at `at_s`, or None."""
        last = bisect_right(self.times, at_s) - 1
        if last < 0 or self.times[last] <= at_s - LOOKBACK_S:
            return None
        return self.values[last]

    def increase(self, begin_s: float, end_s: float) -> float | None:
        """How much a counter grew in the window, resets mended and its ends extrapolated; None for fewer than two samples."""
        span = range(bisect_left(self.times, begin_s), bisect_right(self.times, end_s))
        points = [(self.times[i], value) for i in span if (value := self.values[i]) is not None]
        if len(points) < 2:
            return None
        grown = _growth([value for _, value in points])
        return grown * _extrapolation(points, grown, begin_s, end_s)


class Store:
    """Series by metric and labels, filled in the order of time."""

    def __init__(self) -> None:
        self._series: dict[str, dict[tuple[tuple[str, str], ...], Series]] = defaultdict(dict)

    def add(self, metric: str, labels: tuple[tuple[str, str], ...], at_s: float, value: float | None) -> None:
        """Add a sample of the series with `labels` (in order of their names); one not later than its last is left out."""
        series = self._series[metric].get(labels)
        if series is None:
            series = self._series[metric][labels] = Series(dict(labels))
        if series.times and at_s <= series.times[-1]:
            return
        series.times.append(at_s)
        series.values.append(value)

    def forget(self, before_s: float) -> None:
        """Leave out the samples from before `before_s`."""
        for every in self._series.values():
            for series in every.values():
                young = bisect_left(series.times, before_s)
                del series.times[:young], series.values[:young]

    def select(self, selector: Selector) -> list[Series]:
        """The series that `selector` takes."""
        return [s for s in self._series.get(selector.metric, {}).values() if selector.takes(s.labels)]


def instant(store: Store, selector: Selector, by: Sequence[str], at_s: float) -> dict[tuple[str, ...], float]:
    """`max by (…) (metric)`: the largest value of each group that has one."""
    return _grouped(store.select(selector), by, lambda series: series.at(at_s), _largest)


def sums(store: Store, selector: Selector, by: Sequence[str], at_s: float) -> dict[tuple[str, ...], float]:
    """`sum by (…) (metric)`: the sum of each group that has a value."""
    return _grouped(store.select(selector), by, lambda series: series.at(at_s), sum)


def increases(
    store: Store, selector: Selector, by: Sequence[str], at_s: float, window_s: float, offset_s: float = 0.0
) -> dict[tuple[str, ...], float]:
    """`round(sum by (…) (increase(metric[window] offset …)), GRAIN)`: of each group, by how much it grew."""
    end_s = at_s - offset_s
    grown = _grouped(store.select(selector), by, lambda s: s.increase(end_s - window_s, end_s), sum)
    return {key: _rounded(value) for key, value in grown.items()}


def quantile_of(buckets: Mapping[float, float], quantile: float) -> float:
    """`histogram_quantile`: the quantile of a histogram, from upper bound → count at most that; NaN where it is empty."""
    bounds = sorted(buckets)
    if len(bounds) < 2 or bounds[-1] != inf:
        return nan
    counts: list[float] = []
    for bound in bounds:
        counts.append(max(buckets[bound], counts[-1] if counts else buckets[bound]))
    if counts[-1] == 0 or isnan(counts[-1]):
        return nan
    rank = quantile * counts[-1]
    chosen = bisect_left(counts[:-1], rank)
    if chosen == len(bounds) - 1:
        return bounds[-2]
    if chosen == 0 and bounds[0] <= 0:
        return bounds[0]
    begin, below = (bounds[chosen - 1], counts[chosen - 1]) if chosen else (0.0, 0.0)
    return begin + (bounds[chosen] - begin) * ((rank - below) / (counts[chosen] - below))


def _grouped(
    chosen: Iterable[Series],
    by: Sequence[str],
    value_of: Callable[[Series], float | None],
    join: Callable[[list[float]], float],
) -> dict[tuple[str, ...], float]:
    groups: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for series in chosen:
        value = value_of(series)
        if value is not None:
            groups[tuple(series.labels.get(label, "") for label in by)].append(value)
    return {key: join(values) for key, values in groups.items()}


def _largest(values: list[float]) -> float:
    """NaN is no value beside others."""
    return max((value for value in values if not isnan(value)), default=nan)


def _rounded(value: float) -> float:
    return value if isnan(value) or isinf(value) else floor(value * _GRAINS + 0.5) / _GRAINS


def _growth(values: Sequence[float]) -> float:
    grown = values[-1] - values[0]
    for earlier, later in zip(values, values[1:]):
        if later < earlier:
            grown += earlier
    return grown


def _extrapolation(
    points: Sequence[tuple[float, float]], grown: float, begin_s: float, end_s: float
) -> float:
    (first_s, first), (last_s, _) = points[0], points[-1]
    sampled_s = last_s - first_s
    usual_s = sampled_s / (len(points) - 1)
    to_begin_s, to_end_s = first_s - begin_s, end_s - last_s
    if grown > 0 and first >= 0:
        to_begin_s = min(to_begin_s, sampled_s * (first / grown))
    whole_s = sampled_s
    for gap_s in (to_begin_s, to_end_s):
        whole_s += gap_s if gap_s < usual_s * _NEARLY else usual_s / 2
    return whole_s / sampled_s


def _matcher(label: str, values: tuple[str, ...]) -> str:
    if len(values) == 1:
        return f'{label}="{values[0]}"'
    return f'{label}=~"{"|".join(values)}"'
