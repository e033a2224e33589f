from __future__ import annotations

from typing import TYPE_CHECKING

from fixtures.plain_events import NOW_S, event
from phasegate.telemetry.metrics.counting import Sample
from phasegate.telemetry.metrics.recording import Recorder
from phasegate.telemetry.metrics.series import Selector, Store, increases

if TYPE_CHECKING:
    from collections.abc import Iterable

STEP_S = 15.0


def recorder(store: Store) -> Recorder:
    def scraped(at_s: float, samples: Iterable[Sample]) -> None:
        for sample in samples:
            store.add(sample.name, sample.labels, at_s, sample.value)

    return Recorder(STEP_S, scraped, lambda: [Sample("released_info", (("version", "1"),), 1.0)])


def test_series_are_scraped_at_each_step_and_begin_at_zero_before_their_first_event() -> None:
    store = Store()
    recording = recorder(store)
    recording.take(event(1), NOW_S + 1)
    recording.take(event(2), NOW_S + 40)
    recording.advance(NOW_S + 60)
    (runs,) = store.select(Selector("command_executions_total", {"outcome": ("ok",)}))
    assert runs.times == [NOW_S, NOW_S + 15, NOW_S + 30, NOW_S + 45, NOW_S + 60]
    assert runs.values == [0, 1, 1, 2, 2]


def test_the_first_events_are_an_increase() -> None:
    store = Store()
    recording = recorder(store)
    recording.take(event(1, outcome="failed"), NOW_S)
    recording.advance(NOW_S + STEP_S)
    failed = Selector("command_executions_total", {"outcome": ("failed",)})
    assert increases(store, failed, (), NOW_S + STEP_S, 300.0)[()] >= 1


def test_gauges_and_what_is_not_counted_do_not_begin_at_zero() -> None:
    store = Store()
    recording = recorder(store)
    recording.take(event(1), NOW_S)
    recording.advance(NOW_S + STEP_S)
    for metric in ("active_installs", "released_info"):
        (series,) = store.select(Selector(metric))
        assert series.values == [1.0]


def test_nothing_is_scraped_before_the_first_event() -> None:
    store = Store()
    recorder(store).advance(NOW_S)
    assert not store.select(Selector("released_info"))
