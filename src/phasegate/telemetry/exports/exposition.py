"""The metrics as Prometheus reads them: asked for over HTTP, or pushed with the times at which they held.

A series that nobody has seen yet is shown as 0 once, or its first events would be no increase to anybody
(prometheus.io/docs/practices/instrumentation, "avoid missing metrics").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from phasegate.telemetry.metrics.counting import Sample
from phasegate.telemetry.metrics.families import FAMILIES, RELEASED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from prometheus_client.core import Metric as Exposed

_FAMILY_OF = {
    name: family
    for family in FAMILIES
    for name in (family.name, *(f"{family.name}_{part}" for part in ("bucket", "count", "sum")))
}


class Counts(Protocol):
    """What has series: `Metrics`, or what guards one."""

    def samples(self, now_s: float) -> Iterable[Sample]:
        """Every series with its value now."""


class Exposition:
    """What a scrape sees: the collector that `prometheus_client` asks.

    Args:
        metrics: what was counted so far.
        clock: seconds since 1970.
        released: plugin → its public version.
    """

    def __init__(
        self, metrics: Counts, clock: Callable[[], float], released: Callable[[], Mapping[str, str]]
    ) -> None:
        self._metrics = metrics
        self._clock = clock
        self._released = released
        self._shown: set[tuple[str, tuple[tuple[str, str], ...]]] = set()

    def collect(self) -> Iterator[Exposed]:
        """Every family that has series, each series with its value now."""
        samples = [*self._metrics.samples(self._clock()), *released_samples(self._released())]
        yield from _families((sample, None) for sample in map(self._introduced, samples))

    def _introduced(self, sample: Sample) -> Sample:
        key = (sample.name, sample.labels)
        if key in self._shown or not sample.begins_at_zero:
            return sample
        self._shown.add(key)
        return Sample(sample.name, sample.labels, 0.0)


def released_samples(released: Mapping[str, str]) -> Iterator[Sample]:
    """Which version of each plugin is public, as series."""
    for plugin, version in sorted(released.items()):
        yield Sample(RELEASED.name, (("plugin", plugin), ("version", version)), 1.0)


def exposition_text(samples: Iterable[tuple[Sample, float | None]]) -> bytes:
    """Samples in the text format, each with its time (seconds since 1970) where it has one.

    Source: prometheus.io/docs/instrumenting/exposition_formats.
    """
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)

    class _Once:
        def collect(self) -> Iterator[Exposed]:
            return _families(samples)

    registry.register(_Once())
    return generate_latest(registry)


def _families(samples: Iterable[tuple[Sample, float | None]]) -> Iterator[Exposed]:
    from prometheus_client.core import Metric

    exposed: dict[str, Exposed] = {}
    for sample, at_s in samples:
        family = _FAMILY_OF[sample.name]
        metric = exposed.setdefault(
            family.name, Metric(family.name.removesuffix("_total"), family.help, family.kind.value)
        )
        metric.add_sample(sample.name, dict(sample.labels), sample.value, at_s)
    yield from exposed.values()
