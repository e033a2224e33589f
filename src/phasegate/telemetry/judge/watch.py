"""The judge of a release that everybody has: roll back, hold or keep.

After a long healthy time a cumulative test is blind to what goes wrong today. So each likelihood ratio of the mixture starts
again at 1 where it fell below (an e-CUSUM: Shin, Ramdas, Rinaldo 2023, "E-detectors"). Their mean exceeds nothing on average
by more than the number of steps, so its threshold grows with the horizon.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from phasegate.telemetry.judge.case import digest, read_case
from phasegate.telemetry.judge.decision import Decision, Ruling
from phasegate.telemetry.judge.finding import Finding, State, arms, fired, untried
from phasegate.telemetry.judge.judgement import doubts_of, judge, untried_words
from phasegate.telemetry.judge.mixture import log_mean, mixture
from phasegate.telemetry.judge.rule import Kind

if TYPE_CHECKING:
    from phasegate.telemetry.judge.observation import Observation, Step
    from phasegate.telemetry.judge.policy import Policy
    from phasegate.telemetry.judge.rule import Rule

_LN10 = math.log(10)


HORIZON = 10_000
"""Within how many units the error probability is meant where the policy does not say it."""


def watch_after(policy: Policy, observation: Observation) -> Decision:
    """What `policy` makes of a release that is out.

    Its rules that need no control beside it are looked at, over the canary's counts; a healthy release sets one off within
    the policy's horizon with a probability of at most its alpha. Nothing counted, or counts that cannot be relied on: hold.
    """
    horizon = policy.horizon or HORIZON
    flaws = observation.flaws()
    total = None if flaws else observation.total()
    rules = [rule for rule in policy.rules if rule.kind in {Kind.ABSOLUTE, Kind.SLOWER}]
    findings = (
        tuple(_find(policy, rule, observation, total, horizon) for rule in rules) if total is not None else ()
    )
    doubts = doubts_of(observation, flaws, total)
    guilty = [finding for finding in fired(findings) if finding.rule.severity in policy.rolls_back]
    held = tuple(finding.words() for finding in fired(findings))
    if doubts:
        ruling, reasons = Ruling.HOLD, doubts
    elif guilty:
        ruling, reasons = Ruling.ROLL_BACK, tuple(finding.words() for finding in guilty)
    elif held:
        ruling, reasons = Ruling.HOLD, held
    else:
        ruling, reasons = Ruling.KEEP, ("no rule speaks against it",)
    causes = tuple(finding.rule.name for finding in guilty) if ruling is Ruling.ROLL_BACK else ()
    alpha = sum(rule.alpha for rule in rules)
    promise = (
        f"within {horizon} units a healthy release sets off a rule with a probability of at most {alpha:.2%}"
    )
    notes = (promise, *untried_words(findings))
    return Decision(ruling, reasons, notes, findings, causes, None, digest(policy, observation))


def replay(text: str | bytes) -> Decision:
    """The decision of a case that `write_case` wrote; raises `ValueError` for what is none."""
    policy, observation = read_case(text)
    return judge(policy, observation) if policy.horizon is None else watch_after(policy, observation)


def threshold_for(alpha: float, horizon: int) -> float:
    """What the evidence has to reach, so that a healthy release does so within `horizon` units with a probability of at most alpha.

    Simulated at the limit, see docs/judge.md: with half of it 1.7 % fire where 2 % may, for rare runs of failures come in lumps.
    """
    return max(1, horizon) / alpha


def _find(policy: Policy, rule: Rule, observation: Observation, total: Step, horizon: int) -> Finding:
    detector = Detector(rule.limit)
    threshold = math.log(threshold_for(rule.alpha, horizon))
    most, fired_at_s, fired_after, seen = 0.0, None, None, 0
    for step in observation.steps:
        if not step.canary.units:
            continue
        bad = getattr(step.canary, rule.measure.value)
        seen += step.canary.units
        detector.add(bad, step.canary.units - bad)
        if bad:
            now = detector.log_e()
            most = max(most, now)
            if fired_at_s is None and now >= threshold:
                fired_at_s, fired_after = step.at_s, seen
    logs = (detector.log_e() / _LN10, most / _LN10, threshold / _LN10)
    if fired_at_s is None and (why := untried(policy, rule, observation, total, seen)):
        return Finding(rule, State.UNTRIED, arms(rule, total, 0, 0)[0], None, *logs, why=why)
    state = State.CLEAR if fired_at_s is None else State.FIRED
    canary, control = arms(rule, total, 0, 0)
    return Finding(rule, state, canary, control, *logs, fired_at_s, fired_after)


class Detector:
    """The evidence that more than `limit` are bad since some step: of each likelihood ratio the most that any beginning gives."""

    def __init__(self, limit: float) -> None:
        self._ratios = mixture(limit).ratios
        self._logs = [0.0] * len(self._ratios)

    def add(self, bad: int, good: int) -> None:
        """Take the units of a step."""
        for index, (failed, passed) in enumerate(self._ratios):
            self._logs[index] = max(0.0, self._logs[index]) + bad * failed + good * passed

    def log_e(self) -> float:
        """The evidence, as its natural logarithm."""
        return log_mean(self._logs)
