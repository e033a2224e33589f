"""The evidence against each kind of rule, gathered step by step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from phasegate.telemetry.judge.contrast import Contrast
from phasegate.telemetry.judge.mixture import log_mean, mixture
from phasegate.telemetry.judge.rule import Kind

if TYPE_CHECKING:
    from phasegate.telemetry.judge.observation import Step
    from phasegate.telemetry.judge.rule import Rule

LEAST_KNOWN = 30
"""Installs of an arm that have to be known before its silence means anything: a few who use it more or less than most weigh too much."""
_QUIETER = (0.8, 0.6, 0.4, 0.2, 0.1, 0.02)
"""Of the heartbeats that the limit leaves, the shares that a silent canary might give."""


class Process(Protocol):
    """Evidence that ever reaches 1/alpha with probability at most alpha on a healthy release."""

    units: int
    bad: int

    def add(self, step: Step) -> bool:
        """Take a step; whether the evidence may have grown."""

    def log_e(self) -> float:
        """The evidence, as its natural logarithm."""


class Absolute:
    """More of the canary's units are bad than the limit."""

    def __init__(self, rule: Rule) -> None:
        self.units = self.bad = 0
        self._measure = rule.measure.value
        self._mixture = mixture(rule.limit)

    def add(self, step: Step) -> bool:
        """Take a step; what was no failure only speaks against one."""
        bad: int = getattr(step.canary, self._measure)
        self.units += step.canary.units
        self.bad += bad
        return bad > 0

    def log_e(self) -> float:
        """See `mixture`."""
        return self._mixture.log_e(self.bad, self.units - self.bad)


class AgainstControl:
    """The canary's odds are higher than the control's. A block ends with the step in which each arm has a unit."""

    def __init__(self, rule: Rule) -> None:
        self.units = self.bad = 0
        self._measure = rule.measure.value
        self._contrast = Contrast(rule.limit)
        self._block = [0, 0, 0, 0]

    def add(self, step: Step) -> bool:
        """Take a step; when a block ends is told by how many units there are, never by how they fared."""
        if not step.canary.units and not step.control.units:
            return False
        block, measure = self._block, self._measure
        block[0] += step.canary.units
        block[1] += getattr(step.canary, measure)
        block[2] += step.control.units
        block[3] += getattr(step.control, measure)
        if not block[0] or not block[2]:
            return False
        self._block = [0, 0, 0, 0]
        self.units += block[0]
        self.bad += block[1]
        return self._contrast.add(*block)

    def log_e(self) -> float:
        """See `contrast`."""
        return self._contrast.log_e()


class Silence:
    """Of the heartbeats fewer are the canary's than are left when the limit's share is missing.

    Given how many heartbeats a step has, how many are the canary's is multinomial with two arms (Lindon, Malek 2022,
    "Anytime-valid inference for multinomial count data"): its share is that of the installs that were known before the step, or
    the one that the policy expects.
    """

    def __init__(self, rule: Rule, expected_share: float | None) -> None:
        self.units = self.bad = 0
        self._left = 1 - rule.limit
        self._expected = expected_share
        self._known_canary = self._known_control = 0
        self._logs = [0.0] * len(_QUIETER)

    def add(self, step: Step) -> bool:
        """Take a step; only the control's heartbeats speak for silence of the canary."""
        canary, control = step.canary.active, step.control.active
        share = self._share()
        self._known_canary += step.canary.units
        self._known_control += step.control.units
        if share is None or not canary + control:
            return False
        self.units += canary + control
        self.bad += control
        odds = self._left * share / (1 - share)
        for index, part in enumerate(_QUIETER):
            self._logs[index] += canary * math.log(part) - (canary + control) * (
                math.log1p(part * odds) - math.log1p(odds)
            )
        return control > 0

    def log_e(self) -> float:
        """The evidence, as its natural logarithm."""
        return log_mean(self._logs)

    def _share(self) -> float | None:
        """The canary's share of the heartbeats where nothing is missing; None where too little is known."""
        if self._expected is not None:
            return self._expected
        if min(self._known_canary, self._known_control) < LEAST_KNOWN:
            return None
        return self._known_canary / (self._known_canary + self._known_control)


def process_of(rule: Rule, expected_share: float | None = None) -> Process:
    """What gathers the evidence against `rule`."""
    if rule.kind is Kind.SILENCE:
        return Silence(rule, expected_share)
    if rule.kind is Kind.AGAINST_CONTROL:
        return AgainstControl(rule)
    return Absolute(rule)
