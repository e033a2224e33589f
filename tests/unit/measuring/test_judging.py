"""The simulation's own parts: what it counts must be what the judge does."""

from __future__ import annotations

import math
from random import Random

import pytest

from measuring import releases
from measuring.judging import HEALTHY, NEVER, POLICY, Looks, Outcome, detection, quantiles, upper_bound
from measuring.quiet import silent_for, watch
from phasegate.telemetry.judge.finding import find
from phasegate.telemetry.judge.observation import Observation, Step, Tally
from phasegate.telemetry.judge.policy import RULES


@pytest.mark.parametrize(("count", "runs"), [(0, 60), (1, 60), (26, 2000), (59, 60)])
def test_the_upper_bound_is_clopper_and_pearsons(count: int, runs: int) -> None:
    from scipy import stats

    assert upper_bound(count, runs) == pytest.approx(stats.beta.ppf(0.95, count + 1, runs - count), abs=1e-9)


def test_of_all_runs_the_upper_bound_is_all() -> None:
    assert upper_bound(60, 60) == 1.0


def test_quantiles_are_never_where_too_many_never_came() -> None:
    assert quantiles([3.0, 1.0, 2.0]) == (2.0, 3.0)
    assert quantiles([1.0, 2.0, NEVER, NEVER, NEVER]) == (NEVER, NEVER)


@pytest.mark.parametrize("rule", RULES[:3])
def test_looks_at_lines_in_order_are_the_judges(rule: object) -> None:
    """The swift way of counting every look fires after the same unit as the judge itself."""
    random = Random(4)
    for _ in range(20):
        bad = [random.random() < 0.15 for _ in range(400)]
        steps = tuple(Step(float(at), Tally(1, int(b), int(b))) for at, b in enumerate(bad))
        seen = Observation(0.0, 400.0, steps)
        looks = Looks(rule)  # type: ignore[arg-type]
        for at, is_bad in enumerate(bad):
            looks.insert(at, is_bad)
        found = find(POLICY, rule, seen, seen.total())  # type: ignore[arg-type]
        assert looks.fired == (found.fired_after or NEVER)


def test_looks_at_late_lines_are_those_of_a_judge_that_is_run_anew_each_time() -> None:
    random = Random(7)
    fired = 0
    for _ in range(10):
        lines = releases.disordered(60, random)
        bad = {line.place: random.random() < 0.12 for line in lines}
        looks, first = Looks(RULES[1]), NEVER
        known: list[int] = []
        for line in lines:
            if line.place in known:
                continue
            known.append(line.place)
            looks.insert(sorted(known).index(line.place), bad[line.place])
            steps = tuple(Step(float(place), Tally(1, int(bad[place]))) for place in sorted(known))
            seen = Observation(0.0, 60.0, steps)
            if first == NEVER and find(POLICY, RULES[1], seen, seen.total()).has_fired:
                first = len(known)
        assert looks.fired == first
        fired += first < NEVER
    assert 0 < fired < 10


@pytest.mark.parametrize("name", HEALTHY)
def test_every_kind_of_healthy_release_is_played_again_by_its_seed(name: str) -> None:
    assert HEALTHY[name](200, Random("4")) == HEALTHY[name](200, Random("4"))


def test_a_release_that_always_fails_is_found_by_all_three() -> None:
    found = detection(releases.Release(1.0, 0.02), 50, "failures", Random(4))
    assert found == Outcome(judge=2.0, any_rule=2.0, fixed=30, z_test=30)


def test_what_is_simulated_has_the_rates_that_it_says() -> None:
    random = Random(4)
    total = releases.at_limits(20_000, random).total()
    assert total.canary.failures / 20_000 == pytest.approx(0.05, abs=0.006)
    assert total.canary.slow / 20_000 == pytest.approx(0.5, abs=0.015)
    events = releases.clustered(50_000, random)
    rates: dict[str, float] = {}
    for event in events:
        rates[event.version + event.install] = (
            rates.get(event.version + event.install, 0.0) + event.failed / 10
        )
    mean = sum(rates.values()) / len(rates)
    spread = sum((rate - mean) ** 2 for rate in rates.values()) / len(rates)
    assert mean == pytest.approx(0.05, abs=0.006)
    correlation = (10 * spread / (mean * (1 - mean)) - 1) / 9
    assert correlation == pytest.approx(0.33, abs=0.05)
    rhythm = releases.seen(releases.rhythmic(5000, random)).total()
    assert rhythm.canary.units == rhythm.control.units == 5000
    assert 0.03 < rhythm.canary.failures / 5000 < 0.05


def test_a_silent_canary_and_one_that_turns_bad_are_found() -> None:
    assert silent_for(1000, 1.0, Random(4)).any_rule < 24
    after = watch(0.01, 0.05, 10_000, 1.0, 5000, Random(4)).judge
    assert 2 <= after < 20
    assert math.isinf(watch(0.01, 0.05, 1000, 0.01, 0, Random(4)).judge)
