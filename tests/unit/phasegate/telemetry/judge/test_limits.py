"""Bands of shares and of medians, at all looks together."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.telemetry.judge.limits import median_boundary, median_limit, round_up, share_limits


def by_scipy(bad: int, units: int, alpha: float) -> tuple[float, float]:
    from scipy import optimize, special

    def evidence(share: float) -> float:
        marginal = special.betaln(bad + 1, units - bad + 1)
        return marginal - special.xlogy(bad, share) - special.xlog1py(units - bad, -share) + math.log(alpha)

    middle = bad / units
    low = optimize.brentq(evidence, 1e-12, middle) if bad else 0.0
    return low, optimize.brentq(evidence, middle, 1 - 1e-12) if bad < units else 1.0


@pytest.mark.parametrize(("bad", "units"), [(0, 1), (1, 1), (1, 10), (15, 300), (299, 300), (2500, 5000)])
def test_the_band_of_a_share_ends_where_the_uniform_mixture_refutes(bad: int, units: int) -> None:
    assert share_limits(bad, units, 0.05) == pytest.approx(by_scipy(bad, units, 0.05), abs=1e-9)


def test_without_units_a_share_may_be_anything() -> None:
    assert share_limits(0, 0) == (0.0, 1.0)


def test_the_band_of_ten_million_units_is_narrow() -> None:
    low, high = share_limits(500_000, 10**7)
    assert low < 0.05 < high
    assert high - low < 0.001


@pytest.mark.parametrize("share", [0.02, 0.5])
def test_at_every_look_of_300_the_band_holds_the_share_as_often_as_it_says(share: float) -> None:
    """Exact, by carrying the probability of every path whose bands have all held it."""
    alive = {0: 1.0}
    for units in range(1, 301):
        coming: dict[int, float] = {}
        for bad, probability in alive.items():
            coming[bad] = coming.get(bad, 0.0) + probability * (1 - share)
            coming[bad + 1] = coming.get(bad + 1, 0.0) + probability * share
        alive = {bad: p for bad, p in coming.items() if p > 1e-12 and _holds(bad, units, share)}
    assert 0.95 <= math.fsum(alive.values()) < 1


def _holds(bad: int, units: int, share: float) -> bool:
    low, high = share_limits(bad, units, 0.05)
    return low <= share <= high


def test_too_few_values_give_no_median() -> None:
    assert median_limit([1.0] * 5, 0.0025) is None
    assert median_limit([1.0] * 40, 0.0025) == 1.0


@pytest.mark.parametrize(("count", "most"), [(100, 1.6), (1000, 1.15), (10_000, 1.05)])
def test_the_limit_comes_down_to_the_median(count: int, most: float) -> None:
    random = Random(4)
    limit = median_limit([random.lognormvariate(0, 0.6) for _ in range(count)], 0.0025)
    assert limit is not None
    assert 1 < limit < most


def test_the_limit_is_hardly_ever_below_the_median_at_any_look() -> None:
    from scipy import stats

    random = Random(4)
    wrong = 0
    for _ in range(100):
        values = [random.random() for _ in range(300)]
        limits = [median_limit(values[:count], 0.2) for count in range(10, 301, 10)]
        wrong += any(limit is not None and limit < 0.5 for limit in limits)
    assert stats.binom.sf(wrong - 1, 100, 0.2) > 0.01


@given(st.lists(st.floats(0, 400), max_size=200))
def test_a_histogram_gives_the_same_as_the_values(values: list[float]) -> None:
    boundaries = (1.0, 5.0, 30.0, 300.0)
    at_most = [sum(value <= boundary for value in values) for boundary in boundaries]
    assert median_boundary(at_most, len(values), boundaries, 0.0025) == median_limit(
        values, 0.0025, boundaries
    )


def test_what_is_beyond_the_last_boundary_has_none() -> None:
    assert round_up(2.0, (1.0, 2.0, 5.0)) == 2.0
    assert round_up(5.1, (1.0, 2.0, 5.0)) is None


def test_a_boundary_that_just_enough_values_do_not_exceed_is_the_limit() -> None:
    values = [1.0] * 11
    assert median_limit(values, 0.0025, (1.0, 2.0)) == 1.0
    assert median_boundary([11, 11], 11, (1.0, 2.0), 0.0025) == 1.0
    assert median_boundary([10, 11], 11, (1.0, 2.0), 0.0025) == 2.0
