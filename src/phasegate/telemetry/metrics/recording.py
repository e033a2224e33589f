"""Events turned into series, as a scrape every few seconds would have seen them. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Callable

from phasegate.telemetry.metrics.counting import Metrics, Sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Recorder:
    """Counts events, and hands on all series at each step of time.

    Args:
        step_s: the time between two scrapes, seconds.
        scraped: takes the time of a scrape and every series with its value then.
        further: gives series that are not counted from events, at each scrape.
        labels: the labels that somebody asks about; see `Metrics`.
    """

    def __init__(
        self,
        step_s: float,
        scraped: Callable[[float, Iterable[Sample]], None],
        further: Callable[[], Iterable[Sample]] = tuple,
        labels: frozenset[str] | None = None,
    ) -> None:
        self.metrics = Metrics(labels)
        self._step_s = step_s
        self._scraped = scraped
        self._further = further
        self._next_s: float | None = None
        self._known: set[tuple[str, tuple[tuple[str, str], ...]]] = set()

    def take(self, event: Mapping[str, Any], at_s: float, *, counted_only: bool = False) -> None:
        """Count an event, after the scrapes that were due before it; one that comes late counts from now on.

        `counted_only` is for these scrapes; see `scrape`.
        """
        if self._next_s is None:
            self._next_s = math.floor(at_s / self._step_s) * self._step_s + self._step_s
        self.advance(at_s, counted_only=counted_only)
        self.metrics.count(event, at_s)

    def advance(self, now_s: float, *, counted_only: bool = False) -> None:
        """Make the scrapes that are due at `now_s`; none before the first event."""
        while self._next_s is not None and self._next_s <= now_s:
            self.scrape(self._next_s, counted_only=counted_only)
            self._next_s += self._step_s

    def scrape(self, at_s: float, *, counted_only: bool = False) -> None:
        """Hand on all series as they are, as of `at_s`; or those that were counted alone, without what is a level."""
        samples = list(self.metrics.counted())
        if not counted_only:
            samples = [*self.metrics.samples(at_s), *self._further()]
        fresh = [s for s in samples if s.begins_at_zero and (s.name, s.labels) not in self._known]
        if fresh:
            self._known.update((sample.name, sample.labels) for sample in fresh)
            self._scraped(at_s - self._step_s, [Sample(s.name, s.labels, 0.0) for s in fresh])
        self._scraped(at_s, samples)
