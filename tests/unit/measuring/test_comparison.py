from __future__ import annotations

import random
from math import comb, exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measuring.comparison import LOOKS, Rule, Speed, judge, rank

RULE = Rule(benchmarks=10)


def outcome(true_ratio: float, noise: float, generator: random.Random) -> Speed:
    """What the gate ends with for a benchmark whose ratios scatter by `noise` around its true ratio."""
    ratios: list[float] = []
    for look in LOOKS:
        ratios += [true_ratio * exp(generator.gauss(0, noise)) for _ in range(look - len(ratios))]
        speed = judge(ratios, RULE).speed
        if speed is not Speed.UNDECIDED:
            return speed
    return Speed.UNDECIDED


def shares(true_ratio: float, noise: float, runs: int = 400) -> dict[Speed, float]:
    generator = random.Random(f"{true_ratio} {noise}")
    outcomes = [outcome(true_ratio, noise, generator) for _ in range(runs)]
    return {speed: outcomes.count(speed) / runs for speed in Speed}


@pytest.mark.parametrize(("blocks", "error"), [(8, 0.01), (40, 0.01), (60, 0.0008), (12, 0.5)])
def test_a_bound_s_rank_is_the_largest_that_errs_as_seldom_as_asked(blocks: int, error: float) -> None:
    def below(k: int) -> float:
        return sum(comb(blocks, i) for i in range(k)) / 2**blocks

    assert below(rank(blocks, error)) <= error < below(rank(blocks, error) + 1)


def test_too_few_blocks_decide_nothing() -> None:
    judgement = judge([1.0, 1.0, 1.0], RULE)
    assert (judgement.low, judgement.high, judgement.speed) == (None, None, Speed.UNDECIDED)


def test_no_block_at_all_is_no_judgement() -> None:
    with pytest.raises(ValueError, match="no ratio"):
        judge([], RULE)


def test_ratios_on_both_sides_of_the_limit_are_undecided() -> None:
    assert judge([1.0, 1.2] * 30, RULE).speed is Speed.UNDECIDED


def test_one_wild_block_decides_nothing() -> None:
    assert judge([1.0] * 26 + [50.0], RULE).speed is Speed.FINE


@pytest.mark.parametrize("noise", [0.02, 0.05, 0.1])
def test_a_slow_down_of_15_percent_is_caught_and_never_called_fine(noise: float) -> None:
    found = shares(1.15, noise)
    assert found[Speed.FINE] <= 0.05
    assert found[Speed.SLOWER] >= (0.95 if noise <= 0.05 else 0.2)


@pytest.mark.parametrize("noise", [0.02, 0.05, 0.1])
def test_what_did_not_change_is_never_called_slower(noise: float) -> None:
    found = shares(1.0, noise)
    assert found[Speed.SLOWER] == 0
    assert found[Speed.FINE] >= 0.95


@pytest.mark.parametrize("noise", [0.02, 0.1])
def test_at_the_limit_itself_both_errors_are_as_rare_as_stated(noise: float) -> None:
    found = shares(RULE.limit, noise, runs=1000)
    assert found[Speed.SLOWER] <= 0.05 / RULE.benchmarks + 0.01  # three standard deviations of 1,000 runs
    assert found[Speed.FINE] <= 0.05 + 0.02


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=80))
def test_the_bounds_hold_the_median(ratios: list[float]) -> None:
    judgement = judge(ratios, RULE)
    assert judgement.low is None or judgement.low <= judgement.ratio
    assert judgement.high is None or judgement.ratio <= judgement.high
