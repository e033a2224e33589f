from __future__ import annotations

from math import inf, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.telemetry.metrics.series import (
    STALE,
    Selector,
    Series,
    Store,
    increases,
    instant,
    quantile_of,
    sums,
)


def series(*values: float | None, step_s: float = 15.0) -> Series:
    return Series({}, [number * step_s for number in range(len(values))], list(values))


def test_a_counter_grows_by_what_was_counted_where_the_window_ends_at_samples() -> None:
    assert series(0, 5, 5, 20).increase(0, 45) == 20


def test_growth_is_extrapolated_to_ends_of_the_window_that_are_near() -> None:
    assert series(10, 20, 30).increase(-10, 40) == pytest.approx(20 * (10 + 30 + 10) / 30)


def test_growth_is_extrapolated_by_half_a_gap_to_ends_that_are_far() -> None:
    assert series(100, 110, 120).increase(-60, 30) == pytest.approx(20 * (7.5 + 30) / 30)


def test_growth_is_not_extrapolated_below_zero() -> None:
    assert series(1, 21, 41).increase(-15, 30) == pytest.approx(40 * (0.75 + 30) / 30)


def test_a_reset_counter_goes_on_from_zero() -> None:
    assert series(10, 20, 5, 10).increase(0, 45) == 20


@pytest.mark.parametrize("values", [(), (3.0,), (3.0, STALE)])
def test_fewer_than_two_samples_say_nothing_about_growth(values: tuple[float, ...]) -> None:
    assert series(*values).increase(0, 60) is None


@given(st.lists(st.integers(0, 50), min_size=2, max_size=30))
def test_a_counter_never_shrinks(steps: list[int]) -> None:
    total, values = 0, []
    for step in steps:
        total += step
        values.append(float(total))
    grown = series(*values).increase(0, 15.0 * (len(values) - 1))
    assert grown == pytest.approx(values[-1] - values[0])


def test_a_sample_stands_for_five_minutes() -> None:
    one = series(7)
    assert (one.at(0), one.at(299), one.at(300), one.at(-1)) == (7, 7, None, None)


def test_a_series_that_ended_has_no_value() -> None:
    assert series(7, STALE).at(20) is None


def test_samples_come_in_the_order_of_time() -> None:
    store = Store()
    for at_s, value in ((0, 1.0), (15, 2.0), (15, 9.0), (10, 9.0), (30, 3.0)):
        store.add("m", (("a", "x"),), at_s, value)
    (one,) = store.select(Selector("m"))
    assert (one.times, one.values) == ([0, 15, 30], [1.0, 2.0, 3.0])


def test_what_is_forgotten_is_what_is_old() -> None:
    store = Store()
    for number in range(4):
        store.add("m", (), number * 15.0, float(number))
    store.forget(30.0)
    (one,) = store.select(Selector("m"))
    assert one.values == [2.0, 3.0]


def filled() -> Store:
    store = Store()
    for number in range(5):
        for version, outcome, rate in (("1", "ok", 10), ("1", "failed", 1), ("2", "ok", 3)):
            labels = (("version", version), ("outcome", outcome))
            store.add("runs", labels, number * 15.0, float(number * rate))
    return store


def test_increases_are_summed_by_group() -> None:
    assert increases(filled(), Selector("runs"), ("version",), 60.0, 60.0) == {("1",): 44.0, ("2",): 12.0}


def test_a_selector_takes_the_series_with_one_of_its_values() -> None:
    failed = Selector("runs", {"outcome": ("failed", "partial")})
    assert increases(filled(), failed, ("version",), 60.0, 60.0) == {("1",): 4.0}
    assert failed.promql("[1m]") == 'runs{outcome=~"failed|partial"}[1m]'
    assert Selector("runs", {"outcome": ("failed",)}).promql() == 'runs{outcome="failed"}'


def test_gauges_are_joined_by_their_largest_value_or_by_their_sum() -> None:
    assert instant(filled(), Selector("runs"), ("version",), 60.0) == {("1",): 40.0, ("2",): 12.0}
    assert sums(filled(), Selector("runs"), ("version",), 60.0) == {("1",): 44.0, ("2",): 12.0}


def test_nan_is_no_value_beside_others() -> None:
    store = Store()
    store.add("m", (("a", "1"),), 0.0, nan)
    store.add("m", (("a", "2"),), 0.0, 3.0)
    assert instant(store, Selector("m"), (), 0.0) == {(): 3.0}


def test_a_quantile_lies_where_its_rank_lies_in_its_bucket() -> None:
    assert quantile_of({1.0: 10, 2.0: 30, inf: 30}, 0.5) == pytest.approx(1.25)
    assert quantile_of({1.0: 10, 2.0: 30, inf: 40}, 0.99) == 2.0


@pytest.mark.parametrize("buckets", [{}, {inf: 3.0}, {1.0: 3.0, 2.0: 4.0}, {1.0: 0.0, inf: 0.0}])
def test_a_histogram_without_observations_or_without_an_end_has_no_quantile(
    buckets: dict[float, float],
) -> None:
    assert isnan(quantile_of(buckets, 0.5))
