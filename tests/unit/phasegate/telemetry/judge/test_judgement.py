"""The judge: what it promotes, what it holds and what it rolls back."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observations import observation
from phasegate.telemetry.judge.decision import Decision, Ruling
from phasegate.telemetry.judge.judgement import judge
from phasegate.telemetry.judge.observation import Observation, Step, Tally
from phasegate.telemetry.judge.policy import RULES, Policy
from phasegate.telemetry.judge.rule import Kind, Unattended
from phasegate.telemetry.severity import Severity

DAY_S = 86_400.0
COUNTS = st.integers(0, 30)
TALLIES = st.builds(
    lambda units, parts, active: Tally(units, *(min(part, units) for part in parts), active),
    COUNTS,
    st.tuples(COUNTS, COUNTS, COUNTS),
    COUNTS,
)
STEPS = st.lists(st.tuples(TALLIES, TALLIES), max_size=20).map(
    lambda tallies: tuple(Step(float(at), *pair) for at, pair in enumerate(tallies))
)


def reasons(decision: Decision) -> str:
    return "; ".join(decision.reasons)


def test_a_release_that_is_as_good_as_its_control_is_promoted() -> None:
    decision = judge(Policy(), observation(400))
    assert decision.ruling is Ruling.PROMOTE
    assert decision.until_s is None
    assert (decision.acting, decision.shadow, decision.waiting) == ((), (), ())


def test_a_failing_release_is_rolled_back_however_few_units_there_are() -> None:
    decision = judge(Policy(), observation(5, canary=1.0))
    assert decision.ruling is Ruling.ROLL_BACK
    assert decision.waiting == ("critical-error-rate", "error-rate")
    found = {finding.rule.name: finding for finding in decision.findings}["error-rate"]
    assert (found.fired_after, found.fired_at_s) == (2, 60.0)
    assert (found.canary.units, found.canary.bad, found.canary.share) == (5, 5, 1.0)
    assert found.log10_threshold == pytest.approx(2)
    assert found.log10_e == found.log10_e_max > 2


def test_what_fired_stays_fired_whatever_comes_after() -> None:
    bad, good = observation(20, canary=1.0), observation(5000)
    both = replace(bad, steps=bad.steps + tuple(replace(step, at_s=step.at_s + 9e6) for step in good.steps))
    found = judge(Policy(), both)
    assert found.ruling is Ruling.ROLL_BACK
    assert found.findings[0].log10_e < 0 < found.findings[0].log10_e_max


def test_a_control_without_an_error_lets_no_failing_canary_pass() -> None:
    """Kayenta #799: a baseline of zero made the comparison pass."""
    decision = judge(Policy(), observation(2000, canary=0.04))
    assert decision.ruling is Ruling.HOLD
    assert "error-rate-above-control (medium) is fired" in reasons(decision)
    assert judge(Policy(), observation(2000, canary=0.12)).ruling is Ruling.ROLL_BACK


@pytest.mark.parametrize(
    "seen",
    [
        Observation(0.0, DAY_S),
        Observation(0.0, DAY_S, tuple(Step(float(at)) for at in range(1000))),
        Observation(0.0, DAY_S, tuple(Step(float(at), Tally(), Tally(5)) for at in range(1000))),
    ],
)
@pytest.mark.parametrize("control", [True, False])
def test_no_data_is_hold(seen: Observation, control: bool) -> None:
    """Kayenta scored a group without data 100."""
    decision = judge(Policy(control=control), seen)
    assert decision.ruling is Ruling.HOLD
    assert decision.reasons[0] == "no data: nothing was heard of the release"
    assert decision.until_s == 7 * DAY_S


def test_too_few_units_are_a_hold_that_says_how_many_are_missing() -> None:
    decision = judge(Policy(), observation(299))
    assert decision.ruling is Ruling.HOLD
    assert decision.reasons[:2] == ("the canary has 299 of 300 units", "the control has 299 of 300 units")


def test_inconclusive_at_the_end_is_hold() -> None:
    """GrowthBook ships, Argo Rollouts promoted: #3850."""
    seen = replace(observation(100), until_s=30 * DAY_S)
    decision = judge(Policy(), seen)
    assert decision.ruling is Ruling.HOLD
    assert decision.until_s is not None
    assert decision.until_s < seen.until_s
    assert decision.reasons[-1] == "the hold has expired, and a person decides"
    assert not any("expired" in reason for reason in judge(Policy(), observation(100)).reasons)


@pytest.mark.parametrize("canary", [0.0, 1.0])
def test_what_a_source_doubts_is_neither_promoted_nor_rolled_back(canary: float) -> None:
    decision = judge(
        Policy(), replace(observation(400, canary=canary), doubts=("5 % of the lines are torn",))
    )
    assert decision.ruling is Ruling.HOLD
    assert decision.reasons[0] == "5 % of the lines are torn"
    assert ("if the counts were right: critical-error-rate" in reasons(decision)) == bool(canary)
    assert decision.waiting == ()


@pytest.mark.parametrize("count", [-5, math.nan])
def test_a_counter_that_was_reset_or_is_no_number_is_hold(count: float) -> None:
    seen = observation(400, canary=1.0)
    lie = Step(1e9, Tally(1), Tally(count))  # type: ignore[arg-type]
    decision = judge(Policy(), replace(seen, steps=(*seen.steps, lie)))
    assert decision.ruling is Ruling.HOLD
    assert "the control's counts" in reasons(decision)
    assert decision.findings == ()


def test_a_control_without_units_keeps_a_good_release_and_not_a_bad_one() -> None:
    assert judge(Policy(), observation(400, control_units=0)).ruling is Ruling.HOLD
    assert judge(Policy(), observation(400, canary=0.5, control_units=0)).ruling is Ruling.ROLL_BACK


def test_a_first_release_has_no_control_and_needs_none() -> None:
    policy = Policy(control=False)
    decision = judge(policy, observation(400, control_units=0, slow_s=None))
    assert decision.ruling is Ruling.PROMOTE
    assert any(
        "error-rate-above-control (medium) is untried: there is no control" in note for note in decision.notes
    )
    assert judge(policy, observation(100, control_units=0)).ruling is Ruling.HOLD


def test_a_rule_that_could_not_be_tried_keeps_a_release() -> None:
    decision = judge(Policy(), observation(400, slow_s=None))
    assert decision.ruling is Ruling.HOLD
    assert decision.reasons == (
        "slower (medium) is untried: the control's runs are too few to say what is slow",
    )


def test_what_is_suspicious_is_not_promoted() -> None:
    seen = observation(400)
    late = tuple(Step(1e6 + at, Tally(1, 1), Tally(1)) for at in range(3))
    decision = judge(Policy(), replace(seen, steps=seen.steps + late))
    assert decision.ruling is Ruling.HOLD
    assert "error-rate-above-control (medium) is suspicious: 3 of 403" in reasons(decision)


@pytest.mark.parametrize(
    ("measure", "rule"), [("over_budget", "over-budget"), ("canary", "critical-error-rate")]
)
def test_errors_and_budgets_roll_back(measure: str, rule: str) -> None:
    decision = judge(Policy(), observation(400, **{measure: 0.4}))  # type: ignore[arg-type]
    assert decision.ruling is Ruling.ROLL_BACK
    assert rule in decision.causes


def test_a_slower_release_is_held() -> None:
    decision = judge(Policy(), observation(400, slow=0.8))
    assert decision.ruling is Ruling.HOLD
    assert "slower (medium) is fired" in reasons(decision)
    assert decision.causes == ()


def test_whether_a_medium_rule_rolls_back_is_the_policys() -> None:
    policy = Policy(rolls_back=tuple(Severity))
    assert judge(policy, observation(400, slow=0.8)).causes == ("slower",)


def silent(units: int, canary: float = 0.0) -> Observation:
    seen = observation(units, canary=canary)
    beats = tuple(Step(1e6 + at, control=Tally(active=5)) for at in range(50))
    return replace(seen, steps=seen.steps + beats)


def test_silence_holds_and_the_guardrails_are_still_looked_at() -> None:
    decision = judge(Policy(), silent(400))
    assert decision.ruling is Ruling.HOLD
    assert "silence (medium) is fired: 0 of 250 heartbeats are the canary's" in reasons(decision)
    assert judge(Policy(), silent(400, canary=0.5)).ruling is Ruling.ROLL_BACK


def test_who_gives_no_heartbeats_is_told_that_silence_was_not_looked_for() -> None:
    assert "silence (medium) is untried: no heartbeats were given" in judge(Policy(), observation(400)).notes


def test_what_may_act_alone_is_told_from_what_would_have_and_what_waits() -> None:
    modes = (Unattended.ON, Unattended.SHADOW, Unattended.OFF)
    rules = tuple(replace(rule, unattended=mode) for rule, mode in zip(RULES, modes))
    decision = judge(Policy(rules), observation(400, canary=1.0, over_budget=1.0))
    assert decision.acting == ("critical-error-rate",)
    assert decision.shadow == ("error-rate",)
    assert decision.waiting == ("over-budget",)
    assert decision.as_json()["unattended"] == {
        "acting": ["critical-error-rate"],
        "shadow": ["error-rate"],
        "waiting": ["over-budget"],
    }


def test_a_channel_that_people_choose_is_called_observational() -> None:
    assert any(note.startswith("observational") for note in judge(Policy(), observation(9)).notes)
    assert not any("observational" in note for note in judge(Policy(is_random=True), observation(9)).notes)


def test_words_and_json_have_every_number() -> None:
    decision = judge(Policy(), observation(400, canary=1.0))
    assert decision.reasons[0].startswith(
        "critical-error-rate (critical) is fired: 400 of 400 = 100.00% [97.78%, 100.00%]; E = "
    )
    assert decision.reasons[0].endswith("fires at 50, fired after 3")
    content = decision.as_json()
    assert content["ruling"] == "roll back"
    assert [finding["state"] for finding in content["findings"]][:2] == ["fired", "fired"]
    assert set(content["findings"][0]) >= {
        "canary",
        "log10_e",
        "log10_e_max",
        "log10_threshold",
        "fired_at_s",
    }


@settings(max_examples=40)
@given(steps=STEPS, doubt=st.booleans())
def test_the_law_of_promotion(steps: tuple[Step, ...], doubt: bool) -> None:
    policy = Policy(min_units=20)
    seen = Observation(0.0, 100.0, steps, 1.0, ("a doubt",) if doubt else ())
    decision, total = judge(policy, seen), seen.total()
    if decision.ruling is Ruling.PROMOTE:
        assert min(total.canary.units, total.control.units) >= 20
        assert not doubt
        for finding in decision.findings:
            assert finding.rule.kind is Kind.SILENCE or finding.state.value == "clear"
            assert finding.log10_e <= 0
    if decision.ruling is Ruling.ROLL_BACK:
        assert total.canary.units
        assert decision.causes
        assert not doubt
    assert (decision.until_s is None) == (decision.ruling is not Ruling.HOLD)


@settings(max_examples=40)
@given(steps=STEPS)
def test_one_more_failure_never_makes_a_rolled_back_release_good(steps: tuple[Step, ...]) -> None:
    seen = Observation(0.0, 100.0, steps, 1.0)
    if judge(Policy(), seen).ruling is Ruling.ROLL_BACK:
        more = replace(seen, steps=(*steps, Step(100.0, Tally(1, 1))))
        assert judge(Policy(), more).ruling is Ruling.ROLL_BACK


@settings(max_examples=40)
@given(steps=STEPS)
def test_joining_all_steps_keeps_what_absolute_rules_say_now(steps: tuple[Step, ...]) -> None:
    """Fewer looks can miss a peak, as whoever looks less often does; what stands at the end is the same, so no suspicion is lost."""
    seen = Observation(0.0, 100.0, steps, 1.0)
    joined = replace(seen, steps=(seen.total(),)) if steps else seen
    pairs = zip(judge(Policy(), seen).findings, judge(Policy(), joined).findings)
    for one, other in pairs:
        if one.rule.kind in {Kind.ABSOLUTE, Kind.SLOWER} and one.state.value != "untried":
            assert one.log10_e == other.log10_e
            assert one.log10_e_max >= other.log10_e_max
