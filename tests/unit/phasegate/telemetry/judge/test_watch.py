"""Watching a release that everybody has."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observations import observation
from phasegate.telemetry.judge.case import write_case
from phasegate.telemetry.judge.decision import Ruling
from phasegate.telemetry.judge.judgement import judge
from phasegate.telemetry.judge.mixture import log_mean, mixture
from phasegate.telemetry.judge.observation import Observation, Step, Tally
from phasegate.telemetry.judge.policy import Policy
from phasegate.telemetry.judge.watch import Detector, replay, threshold_for, watch_after

GOOD = observation(5000, control_units=0)
BAD = tuple(Step(1e6 + at, Tally(1, 1)) for at in range(12))
LATER = replace(GOOD, steps=GOOD.steps + BAD)


def test_what_goes_wrong_after_a_long_good_time_is_found() -> None:
    decision = watch_after(Policy(), LATER)
    assert decision.ruling is Ruling.ROLL_BACK
    assert decision.waiting == ("critical-error-rate", "error-rate")
    found = decision.findings[0]
    assert found.fired_after is not None
    assert 5003 <= found.fired_after <= 5010


def test_the_judge_of_a_canary_would_be_blind_to_it() -> None:
    assert judge(Policy(control=False), LATER).ruling is not Ruling.ROLL_BACK


def test_a_good_release_is_kept() -> None:
    decision = watch_after(Policy(), GOOD)
    assert decision.ruling is Ruling.KEEP
    assert decision.until_s is None
    promise = "within 10000 units a healthy release sets off a rule with a probability of at most 4.25%"
    assert decision.notes == (promise,)
    assert {finding.rule.name for finding in decision.findings} == {
        "critical-error-rate",
        "error-rate",
        "over-budget",
        "slower",
    }


def test_its_case_replays_to_the_same_decision_and_is_no_candidates() -> None:
    policy = Policy(control=False, horizon=10_000)
    decision = watch_after(policy, LATER)
    assert replay(write_case(policy, LATER)) == decision
    assert judge(replace(policy, horizon=None), LATER).evidence != decision.evidence


def test_a_slower_release_is_held() -> None:
    assert watch_after(Policy(), observation(400, slow=0.9)).ruling is Ruling.HOLD


def test_no_data_and_doubts_are_hold() -> None:
    assert watch_after(Policy(), Observation(0.0, 9.0)).ruling is Ruling.HOLD
    assert watch_after(Policy(), replace(LATER, doubts=("a gap",))).ruling is Ruling.HOLD
    lie = replace(LATER, steps=(*LATER.steps, Step(2e6, Tally(-1))))
    assert watch_after(Policy(), lie).ruling is Ruling.HOLD


def test_what_is_slow_is_untried_where_no_limit_is_known() -> None:
    states = {
        finding.rule.name: finding.state.value
        for finding in watch_after(Policy(), replace(GOOD, slow_s=None)).findings
    }
    assert states["slower"] == "untried"


def test_the_threshold_grows_with_the_horizon() -> None:
    assert threshold_for(0.01, 10_000) == pytest.approx(1_000_000)
    assert threshold_for(0.01, 0) == pytest.approx(100)


@given(st.lists(st.integers(0, 1), max_size=40))
def test_the_evidence_is_the_most_that_any_beginning_gives_each_ratio(units: list[int]) -> None:
    detector = Detector(0.05)
    for bad in units:
        detector.add(bad, 1 - bad)
    since = [units[start:] for start in range(len(units))] or [[]]
    logs = [
        max(sum(part) * bad + (len(part) - sum(part)) * good for part in since)
        for bad, good in mixture(0.05).ratios
    ]
    assert detector.log_e() == pytest.approx(log_mean(logs), abs=1e-9)


@given(st.integers(0, 1000), st.integers(1, 30))
def test_good_units_are_the_same_in_one_step_or_in_many(good: int, bad: int) -> None:
    one, many = Detector(0.1), Detector(0.1)
    one.add(0, good)
    for _ in range(good):
        many.add(0, 1)
    one.add(bad, 0)
    many.add(bad, 0)
    assert one.log_e() == pytest.approx(many.log_e(), abs=1e-9)
    assert math.isfinite(one.log_e())
