"""What the judge found about a rule: every number that led to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.judge.limits import share_limits
from phasegate.telemetry.judge.process import process_of
from phasegate.telemetry.judge.rule import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.telemetry.judge.observation import Observation, Step
    from phasegate.telemetry.judge.policy import Policy
    from phasegate.telemetry.judge.rule import Rule

BAND_ALPHA = 0.05
_LN10 = math.log(10)
BAND = f"{1 - BAND_ALPHA:.0%} confidence sequence: valid at all looks together"


class State(str, Enum):
    """How a rule stands."""

    CLEAR = "clear"
    SUSPICIOUS = "suspicious"
    FIRED = "fired"
    UNTRIED = "untried"


@dataclass(frozen=True)
class Arm:
    """Counts of an arm, the share that is bad, and between what that share lies (see `BAND`); None where nothing was counted."""

    units: int
    bad: int
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Finding:
    """A rule and how it stands.

    Attributes:
        rule: the rule.
        state: fired (the evidence reached the threshold at some step, whatever came after), suspicious (there is more evidence
            against the release than for it), clear, or untried.
        canary: the canary's counts; of silence its share of the heartbeats, where `bad` are the control's.
        control: the control's counts, where the rule compares with it.
        log10_e: the evidence now, as its decimal logarithm; 0 is none either way.
        log10_e_max: the most evidence at any step.
        log10_threshold: where the rule fires: log10 of 1/alpha, or what a watch after the release says.
        fired_at_s: the time of the step in which it fired.
        fired_after: how many units were counted by then.
        why: of a rule that is untried, what was missing.
    """

    rule: Rule
    state: State
    canary: Arm
    control: Arm | None
    log10_e: float
    log10_e_max: float
    log10_threshold: float
    fired_at_s: float | None = None
    fired_after: int | None = None
    why: str = ""

    @property
    def has_fired(self) -> bool:
        """Whether the rule fired."""
        return self.state is State.FIRED

    def words(self) -> str:
        """The finding as a sentence."""
        rule = f"{self.rule.name} ({self.rule.severity.value})"
        if self.state is State.UNTRIED:
            return f"{rule} is untried: {self.why}"
        counts = f"{self.canary.bad} of {self.canary.units}"
        if self.rule.kind is Kind.SILENCE:
            counts = (
                f"{self.canary.units - self.canary.bad} of {self.canary.units} heartbeats are the canary's"
            )
        elif self.canary.share is not None:
            counts += f" = {self.canary.share:.2%} [{self.canary.low:.2%}, {self.canary.high:.2%}]"
        if self.control is not None and self.control.share is not None:
            counts += f" against the control's {self.control.bad} of {self.control.units} = {self.control.share:.2%}"
        fired = f", fired after {self.fired_after}" if self.has_fired else ""
        most = f"at most {_number(self.log10_e_max)}, fires at {_number(self.log10_threshold)}"
        return f"{rule} is {self.state.value}: {counts}; E = {_number(self.log10_e)}, {most}{fired}"

    def as_json(self) -> dict[str, Any]:
        """Itself as JSON has it."""
        return {
            "rule": self.rule.as_json(),
            "state": self.state.value,
            "canary": vars(self.canary),
            "control": vars(self.control) if self.control else None,
            "log10_e": self.log10_e,
            "log10_e_max": self.log10_e_max,
            "log10_threshold": self.log10_threshold,
            "fired_at_s": self.fired_at_s,
            "fired_after": self.fired_after,
            "why": self.why,
        }


def find(policy: Policy, rule: Rule, observation: Observation, total: Step) -> Finding:
    """How `rule` stands after all steps of `observation`, which `total` is the sum of."""
    process = process_of(rule, policy.expected_share)
    threshold = -math.log(rule.alpha)
    most, fired_at_s, fired_after = 0.0, None, None
    for step in observation.steps:
        if process.add(step):
            now = process.log_e()
            most = max(most, now)
            if fired_at_s is None and now >= threshold:
                fired_at_s, fired_after = step.at_s, process.units
    now = process.log_e()
    if fired_at_s is not None:
        state = State.FIRED
    elif why := untried(policy, rule, observation, total, process.units):
        return Finding(rule, State.UNTRIED, Arm(0, 0), None, 0.0, 0.0, threshold / _LN10, why=why)
    else:
        state = State.SUSPICIOUS if now > 0 else State.CLEAR
    canary, control = arms(rule, total, process.units, process.bad)
    logs = (now / _LN10, most / _LN10, threshold / _LN10)
    return Finding(rule, state, canary, control, *logs, fired_at_s, fired_after)


def untried(policy: Policy, rule: Rule, observation: Observation, total: Step, units: int) -> str:
    """Why nothing can be said about `rule`; empty where something can."""
    if rule.kind is Kind.AGAINST_CONTROL and not policy.control:
        return "there is no control"
    if rule.kind is Kind.SLOWER and observation.slow_s is None:
        return "the control's runs are too few to say what is slow"
    if rule.kind is Kind.SILENCE and not total.canary.active + total.control.active:
        return "no heartbeats were given"
    if rule.kind is Kind.SILENCE and not units:
        return "too few installs are known"
    return "" if units else "nothing was counted"


def arms(rule: Rule, total: Step, units: int, bad: int) -> tuple[Arm, Arm | None]:
    """The counts that `rule` looks at, with their bands."""
    if rule.kind is Kind.SILENCE:
        return _arm(units, bad), None
    name = rule.measure.value
    canary = _arm(total.canary.units, getattr(total.canary, name))
    compares = rule.kind is not Kind.ABSOLUTE
    return canary, _arm(total.control.units, getattr(total.control, name)) if compares else None


def _arm(units: int, bad: int) -> Arm:
    return Arm(units, bad, bad / units, *share_limits(bad, units, BAND_ALPHA)) if units else Arm(0, 0)


def fired(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those of `findings` whose rule fired."""
    return tuple(finding for finding in findings if finding.has_fired)


def _number(log10: float) -> str:
    """A number by its decimal logarithm, in three digits, however large or small it is."""
    if -3 <= log10 < 5:
        return f"{10**log10:.3g}"
    exponent = math.floor(log10)
    return f"{10 ** (log10 - exponent):.1f}e{exponent}"
