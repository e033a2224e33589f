"""Rules as data: what is no rule, what is no policy, and that JSON keeps them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phasegate.telemetry.judge.policy import MOST_ERROR, RULES, Policy
from phasegate.telemetry.judge.rule import Kind, Measure, Rule, Unattended
from phasegate.telemetry.severity import Severity


def rule(**changes: object) -> Rule:
    return replace(Rule("r", Severity.HIGH, Kind.ABSOLUTE, Measure.FAILURES, 0.05, 0.01), **changes)  # type: ignore[arg-type]


def test_by_default_critical_and_high_may_spend_two_percent_each_and_medium_one() -> None:
    policy = Policy()
    shares = {
        severity: sum(rule.alpha for rule in RULES if rule.severity is severity) for severity in Severity
    }
    shares[Severity.MEDIUM] += policy.median_alpha
    assert shares == pytest.approx(
        {Severity.CRITICAL: 0.02, Severity.HIGH: 0.02, Severity.MEDIUM: 0.01, Severity.LOW: 0.0}
    )
    assert policy.error_probability == pytest.approx(MOST_ERROR)


def test_by_default_nothing_acts_alone() -> None:
    assert {rule.unattended for rule in RULES} == {Unattended.OFF}


@pytest.mark.parametrize(
    "changes", [{"alpha": 0.0}, {"alpha": 1.0}, {"limit": 0.0}, {"limit": 1.0}, {"limit": float("nan")}]
)
def test_a_rule_without_a_sense_is_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="r: no limit of"):
        rule(**changes)


def test_a_ratio_of_odds_may_be_more_than_one() -> None:
    assert rule(kind=Kind.AGAINST_CONTROL, limit=1.5).limit == 1.5


def test_more_error_than_is_promised_is_refused() -> None:
    with pytest.raises(ValueError, match=r"6\.00%"):
        Policy((rule(alpha=0.06),))


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="one name"):
        Policy((rule(), rule()))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1])
def test_no_share_of_heartbeats_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="no share"):
        Policy(expected_share=share)


@pytest.mark.parametrize(
    "policy",
    [
        Policy(),
        Policy(
            (rule(unattended=Unattended.SHADOW),), 10, 60, control=False, is_random=True, expected_share=0.1
        ),
    ],
)
def test_json_gives_the_same_policy(policy: Policy) -> None:
    assert Policy.from_json(policy.as_json()) == policy
