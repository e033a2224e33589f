"""What alert rules can watch: each kind says itself in PromQL, and computes the same over series here. Pure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import inf, isnan, nan
from typing import TYPE_CHECKING

from phasegate.telemetry.metrics.series import GRAIN, Selector, increases, instant, quantile_of, sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phasegate.telemetry.metrics.series import Store


class Condition(ABC):
    """What a rule watches, without its limit: said in PromQL, and computed here."""

    @property
    def reach_s(self) -> float:
        """How far back it looks, in seconds."""
        return 0.0

    @property
    @abstractmethod
    def source(self) -> Selector:
        """The series without which there is no data."""

    @property
    def labels(self) -> frozenset[str]:
        """The labels that its series are chosen by."""
        chosen = (value for value in vars(self).values() if isinstance(value, Selector))
        return frozenset(label for selector in chosen for label in selector.where)

    @abstractmethod
    def promql(self, by: Sequence[str]) -> str:
        """Its value, grouped, in PromQL."""

    def guard(self, by: Sequence[str]) -> str:  # noqa: ARG002 - most need none
        """What has to hold before the value says anything, in PromQL, or empty."""
        return ""

    @abstractmethod
    def values(self, store: Store, by: Sequence[str], at_s: float) -> dict[tuple[str, ...], float]:
        """The value of each group where the guard holds."""


class Windowed(Condition):
    """A condition about what was counted in a window."""

    window_s: float

    @property
    def reach_s(self) -> float:
        """The window."""
        return self.window_s


@dataclass(frozen=True)
class Share(Windowed):
    """Part ÷ whole of what was counted in a window; its complement where the part is the good one."""

    part: Selector
    whole: Selector
    window_s: float
    at_least: float = 1.0
    complement: bool = False

    @property
    def source(self) -> Selector:
        """What was counted."""
        return self.whole

    def promql(self, by: Sequence[str]) -> str:
        """Its value in PromQL."""
        share = f"{_sum(by, self.part, self.window_s)} / {_sum(by, self.whole, self.window_s)}"
        return f"1 - {share}" if self.complement else share

    def guard(self, by: Sequence[str]) -> str:
        """When that says something."""
        return f"{_sum(by, self.whole, self.window_s)} >= {number_text(self.at_least)}"

    def values(self, store: Store, by: Sequence[str], at_s: float) -> dict[tuple[str, ...], float]:
        """Its value here."""
        parts = increases(store, self.part, by, at_s, self.window_s)
        wholes = increases(store, self.whole, by, at_s, self.window_s)
        enough = {key: whole for key, whole in wholes.items() if whole >= self.at_least and key in parts}
        shares = {key: _ratio(parts[key], whole) for key, whole in enough.items()}
        return {key: 1 - share for key, share in shares.items()} if self.complement else shares


@dataclass(frozen=True)
class Growth(Windowed):
    """How much was counted in a window."""

    series: Selector
    window_s: float

    @property
    def source(self) -> Selector:
        """What was counted."""
        return self.series

    def promql(self, by: Sequence[str]) -> str:
        """Its value in PromQL."""
        return _sum(by, self.series, self.window_s)

    def values(self, store: Store, by: Sequence[str], at_s: float) -> dict[tuple[str, ...], float]:
        """Its value here."""
        return increases(store, self.series, by, at_s, self.window_s)


@dataclass(frozen=True)
class Change(Windowed):
    """A quantile of a histogram in a window ÷ the same some time earlier."""

    histogram: str
    quantile: float
    window_s: float
    offset_s: float
    at_least: float

    @property
    def source(self) -> Selector:
        """What was counted."""
        return self._count

    @property
    def reach_s(self) -> float:
        """The window, and what lies before it."""
        return self.window_s + self.offset_s

    @property
    def _buckets(self) -> Selector:
        return Selector(f"{self.histogram}_bucket")

    @property
    def _count(self) -> Selector:
        return Selector(f"{self.histogram}_count")

    def promql(self, by: Sequence[str]) -> str:
        """Its value in PromQL."""
        now, then = (
            f"histogram_quantile({number_text(self.quantile)}, {_sum((*by, 'le'), self._buckets, self.window_s, offset_s)})"
            for offset_s in (0.0, self.offset_s)
        )
        return f"{now} / {then}"

    def guard(self, by: Sequence[str]) -> str:
        """When that says something."""
        return f"{_sum(by, self._count, self.window_s)} >= {number_text(self.at_least)}"

    def values(self, store: Store, by: Sequence[str], at_s: float) -> dict[tuple[str, ...], float]:
        """Its value here."""
        counts = increases(store, self._count, by, at_s, self.window_s)
        now, then = (self._quantiles(store, by, at_s, offset_s) for offset_s in (0.0, self.offset_s))
        enough = [
            key for key, count in counts.items() if count >= self.at_least and key in now and key in then
        ]
        return {key: _ratio(now[key], then[key]) for key in enough}

    def _quantiles(
        self, store: Store, by: Sequence[str], at_s: float, offset_s: float
    ) -> dict[tuple[str, ...], float]:
        grown = increases(store, self._buckets, (*by, "le"), at_s, self.window_s, offset_s)
        histograms: dict[tuple[str, ...], dict[float, float]] = {}
        for (*key, bound), count in grown.items():
            histograms.setdefault(tuple(key), {})[float(bound.replace("+Inf", "inf"))] = count
        return {key: quantile_of(buckets, self.quantile) for key, buckets in histograms.items()}


@dataclass(frozen=True)
class Level(Condition):
    """The largest value of a gauge."""

    gauge: Selector

    @property
    def source(self) -> Selector:
        """What was counted."""
        return self.gauge

    def promql(self, by: Sequence[str]) -> str:
        """Its value in PromQL."""
        return f"max by ({', '.join(by)}) ({self.gauge.promql()})"

    def values(self, store: Store, by: Sequence[str], at_s: float) -> dict[tuple[str, ...], float]:
        """Its value here."""
        return instant(store, self.gauge, by, at_s)


@dataclass(frozen=True)
class Subset(Condition):
    """The share of a gauge's sum that belongs to series with a partner in another metric: the same labels `on`."""

    gauge: Selector
    having: Selector
    on: tuple[str, ...]

    @property
    def labels(self) -> frozenset[str]:
        """Those, and the ones by which partners are told."""
        return super().labels | frozenset(self.on)

    @property
    def source(self) -> Selector:
        """What was counted."""
        return self.gauge

    def promql(self, by: Sequence[str]) -> str:
        """Its value in PromQL."""
        group, whole = f"sum by ({', '.join(by)})", self.gauge.promql()
        partners = f"{whole} and on ({', '.join(self.on)}) {self.having.promql()}"
        return f"({group} ({partners}) or 0 * {group} ({whole})) / {group} ({whole})"

    def guard(self, by: Sequence[str]) -> str:
        """When that says something."""
        return f"count by ({', '.join(by)}) ({self.having.promql()}) > 0"

    def values(self, store: Store, by: Sequence[str], at_s: float) -> dict[tuple[str, ...], float]:
        """Its value here."""
        known = instant(store, self.having, by, at_s)
        partners = instant(store, self.having, self.on, at_s)
        gauges = sums(store, self.gauge, (*by, *self.on), at_s)
        parts: dict[tuple[str, ...], float] = {}
        wholes: dict[tuple[str, ...], float] = {}
        for key, value in gauges.items():
            group, pair = key[: len(by)], key[len(by) :]
            wholes[group] = wholes.get(group, 0.0) + value
            parts[group] = parts.get(group, 0.0) + (value if pair in partners else 0.0)
        return {key: _ratio(parts[key], whole) for key, whole in wholes.items() if key in known}


@dataclass(frozen=True)
class Distribution(Windowed):
    """How what was counted in a window shares out over the values of one more label."""

    series: Selector
    label: str
    window_s: float

    @property
    def labels(self) -> frozenset[str]:
        """Those, and the one that it is told apart by."""
        return super().labels | {self.label}

    @property
    def source(self) -> Selector:
        """What was counted."""
        return self.series

    def promql(self, by: Sequence[str]) -> str:
        """Its value in PromQL."""
        parts = _sum((*by, self.label), self.series, self.window_s)
        return f"{parts} / on ({', '.join(by)}) group_left () {_sum(by, self.series, self.window_s)}"

    def values(self, store: Store, by: Sequence[str], at_s: float) -> dict[tuple[str, ...], float]:
        """Its value here; the label's value comes last in each key."""
        wholes = increases(store, self.series, by, at_s, self.window_s)
        parts = increases(store, self.series, (*by, self.label), at_s, self.window_s)
        return {key: _ratio(part, wholes[key[:-1]]) for key, part in parts.items()}


def _sum(by: Sequence[str], selector: Selector, window_s: float, offset_s: float = 0.0) -> str:
    offset = f" offset {duration_text(offset_s)}" if offset_s else ""
    ranged = selector.promql(f"[{duration_text(window_s)}]{offset}")
    return f"round(sum by ({', '.join(by)}) (increase({ranged})), {GRAIN})"


def duration_text(seconds: float) -> str:
    """A duration as Prometheus writes it, such as `5m`; milliseconds are its finest."""
    for unit, length_s in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if seconds and seconds % length_s == 0:
            return f"{int(seconds // length_s)}{unit}"
    return f"{round(seconds * 1000)}ms" if seconds else "0s"


def number_text(value: float) -> str:
    """A number as PromQL writes it."""
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


def _ratio(part: float, whole: float) -> float:
    """As Prometheus divides: by zero too."""
    if whole:
        return part / whole
    return nan if isnan(whole) or isnan(part) or part == 0 else inf
