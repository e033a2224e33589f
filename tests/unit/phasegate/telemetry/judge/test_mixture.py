"""The e-process above a limit: its law by exact enumeration, and its formula by another implementation."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observations import binomial
from phasegate.telemetry.judge.mixture import Mixture, log_mean, mixture

LIMITS = (0.05, 0.1, 0.5, 0.9)


def by_scipy(limit: float, bad: int, good: int) -> float:
    import numpy as np
    from scipy import special, stats

    logit = np.linspace(0, 1, 25)[1:] ** 1.5
    low, high = special.logit(limit), special.logit(max(0.99, (1 + limit) / 2))
    shares = special.expit(low + (high - low) * logit)
    logs = stats.binom.logpmf(bad, bad + good, shares) - stats.binom.logpmf(bad, bad + good, limit)
    return float(special.logsumexp(logs) - math.log(24))


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize(("bad", "good"), [(0, 0), (1, 0), (0, 1), (3, 40), (50, 50), (400, 4600)])
def test_the_formula_is_that_of_binomial_likelihoods(limit: float, bad: int, good: int) -> None:
    assert mixture(limit).log_e(bad, good) == pytest.approx(by_scipy(limit, bad, good), rel=1e-9, abs=1e-9)


@given(limit=st.sampled_from(LIMITS), part=st.floats(0.0, 1.0), units=st.integers(1, 40))
def test_on_average_a_healthy_release_gives_at_most_one(limit: float, part: float, units: int) -> None:
    share = limit * part
    mean = math.fsum(
        binomial(bad, units, share) * math.exp(mixture(limit).log_e(bad, units - bad))
        for bad in range(units + 1)
    )
    assert mean <= 1 + 1e-9


@pytest.mark.parametrize("limit", LIMITS)
def test_at_the_limit_the_average_is_one(limit: float) -> None:
    mean = math.fsum(
        binomial(bad, 30, limit) * math.exp(mixture(limit).log_e(bad, 30 - bad)) for bad in range(31)
    )
    assert mean == pytest.approx(1)


@given(limit=st.sampled_from(LIMITS), bad=st.integers(0, 2000), good=st.integers(0, 2000))
def test_the_next_unit_of_a_healthy_release_adds_nothing_on_average(
    limit: float, bad: int, good: int
) -> None:
    evidence = mixture(limit)
    now = evidence.log_e(bad, good)
    worse, better = evidence.log_e(bad + 1, good) - now, evidence.log_e(bad, good + 1) - now
    assert better < 0 < worse
    assert limit * math.exp(worse) + (1 - limit) * math.exp(better) == pytest.approx(1)


@pytest.mark.parametrize(("limit", "alpha"), [(0.05, 0.01), (0.1, 0.02), (0.5, 0.0025)])
def test_looked_at_after_each_of_400_units_it_fires_as_rarely_as_it_says(limit: float, alpha: float) -> None:
    """Exact: the probability of every path that has not fired is carried from unit to unit."""
    evidence, needed = mixture(limit), -math.log(alpha)
    alive = {0: 1.0}
    fired = 0.0
    for units in range(1, 401):
        coming: dict[int, float] = {}
        for bad, probability in alive.items():
            coming[bad] = coming.get(bad, 0.0) + probability * (1 - limit)
            coming[bad + 1] = coming.get(bad + 1, 0.0) + probability * limit
        for bad in [bad for bad in coming if evidence.log_e(bad, units - bad) >= needed]:
            fired += coming.pop(bad)
        alive = {bad: probability for bad, probability in coming.items() if probability > 1e-15}
    assert 0.1 * alpha < fired <= alpha


def test_ten_million_units_are_no_more_than_numbers() -> None:
    evidence = mixture(0.05)
    assert evidence.log_e(10**7, 0) == pytest.approx(10**7 * math.log(0.99 / 0.05) - math.log(24))
    assert evidence.log_e(0, 10**7) < -1000
    assert evidence.log_e(500_000, 9_500_000) < 0
    assert evidence.log_e(520_000, 9_480_000) > math.log(100)


def test_a_mixture_is_made_once() -> None:
    assert mixture(0.05) is mixture(0.05)
    assert len(Mixture(0.05).ratios) == 24


def test_a_mean_of_logarithms_survives_what_no_float_holds() -> None:
    assert log_mean([5000.0, 5000.0]) == pytest.approx(5000.0)
    assert log_mean([-5000.0, 0.0]) == pytest.approx(-math.log(2))
