"""Canary against control: the law by exact enumeration, and the formula by another implementation."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observations import binomial
from phasegate.telemetry.judge.contrast import RATIOS, Contrast, log_weight


def evidence(blocks: list[tuple[int, int, int, int]], limit: float = 1.0) -> float:
    contrast = Contrast(limit)
    for block in blocks:
        contrast.add(*block)
    return contrast.log_e()


@pytest.mark.parametrize("limit", [1.0, 1.5])
@pytest.mark.parametrize(
    "block", [(1, 1, 1, 0), (1, 1, 9, 2), (20, 5, 30, 1), (50, 0, 50, 3), (300, 30, 3000, 60), (3, 2, 1, 1)]
)
def test_the_formula_is_fishers_noncentral_hypergeometric_distribution(
    limit: float, block: tuple[int, int, int, int]
) -> None:
    from scipy import special, stats

    canary, bad_canary, control, bad_control = block
    args = (canary + control, canary, bad_canary + bad_control)
    logs = [
        stats.nchypergeom_fisher.logpmf(bad_canary, *args, limit * ratio)
        - stats.nchypergeom_fisher.logpmf(bad_canary, *args, limit)
        for ratio in RATIOS
    ]
    assert evidence([block], limit) == pytest.approx(float(special.logsumexp(logs)) - math.log(8), abs=1e-6)


@given(
    sizes=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), min_size=1, max_size=2),
    rate=st.floats(0.001, 0.999),
    part=st.floats(0.001, 1.0),
)
def test_on_average_a_canary_that_is_no_worse_gives_at_most_one(
    sizes: list[tuple[int, int]], rate: float, part: float
) -> None:
    mean = 0.0
    for bad in product(*(range(count + 1) for size in sizes for count in size)):
        blocks, probability = [], 1.0
        for index, (canary, control) in enumerate(sizes):
            block = (canary, bad[2 * index], control, bad[2 * index + 1])
            probability *= binomial(block[1], canary, rate * part) * binomial(block[3], control, rate)
            blocks.append(block)
        mean += probability * math.exp(evidence(blocks))
    assert mean <= 1 + 1e-9


@given(
    canary=st.integers(1, 200),
    control=st.integers(1, 200),
    data=st.data(),
    odds=st.sampled_from([0.5, 1.0, 1.4, 9.0, 200.0]),
)
def test_the_terms_that_are_left_out_are_negligible(
    canary: int, control: int, data: st.DataObject, odds: float
) -> None:
    from scipy import special

    bad = data.draw(st.integers(0, canary + control))
    terms = [
        special.gammaln(canary + 1) - special.gammaln(k + 1) - special.gammaln(canary - k + 1)
        + special.gammaln(control + 1) - special.gammaln(bad - k + 1) - special.gammaln(control - bad + k + 1)
        + k * math.log(odds)
        for k in range(max(0, bad - control), min(bad, canary) + 1)
    ]  # fmt: skip
    assert log_weight(canary, control, bad, odds) == pytest.approx(float(special.logsumexp(terms)), abs=1e-9)


def test_a_block_without_one_of_the_arms_says_nothing() -> None:
    assert evidence([(0, 0, 5, 5), (5, 5, 0, 0)]) == 0.0


def test_a_block_in_which_all_or_none_fail_says_nothing() -> None:
    assert evidence([(5, 5, 5, 5), (5, 0, 5, 0)]) == 0.0


def test_one_large_block_says_as_much_as_many_small_ones() -> None:
    small = evidence([(10, 1, 10, 0), *[(10, 1, 10, 0)] * 19])
    assert evidence([(200, 20, 200, 0)]) == pytest.approx(small, rel=0.25)
    assert small > math.log(1000)


def test_a_control_without_an_error_lets_no_failing_canary_pass() -> None:
    assert evidence([(1, int(index % 10 == 0), 1, 0) for index in range(300)]) > math.log(400)


def test_a_canary_that_is_better_gives_no_evidence() -> None:
    assert evidence([(1, 0, 1, int(index % 10 == 0)) for index in range(300)]) < -1


def test_a_block_of_ten_million_units_is_weighed() -> None:
    assert evidence([(5_000_000, 100_000, 5_000_000, 100_000)]) < 0
    assert evidence([(5_000_000, 110_000, 5_000_000, 100_000)]) < evidence(
        [(5_000_000, 150_000, 5_000_000, 100_000)]
    )
