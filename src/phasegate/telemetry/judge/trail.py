"""How the evidence grew, for whoever wants to see it: a point for each step, at most so many. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.judge.process import process_of

if TYPE_CHECKING:
    from phasegate.telemetry.judge.observation import Observation
    from phasegate.telemetry.judge.policy import Policy

MOST_POINTS = 400
_LARGEST_LOG = 6 * math.log(10)
"""Evidence beyond a million is drawn as a million."""


@dataclass(frozen=True)
class Trail:
    """A rule's evidence over time: what it needs to fire, and time (seconds since 1970) with evidence."""

    rule: str
    threshold: float
    points: tuple[tuple[float, float], ...]

    def as_json(self) -> dict[str, Any]:
        """Itself as JSON has it."""
        return {
            "rule": self.rule,
            "threshold": self.threshold,
            "points": [list(point) for point in self.points],
        }


def trails(policy: Policy, observation: Observation) -> tuple[Trail, ...]:
    """The trail of each rule that something was counted for."""
    found = (_trail(policy, number, observation) for number in range(len(policy.rules)))
    return tuple(trail for trail in found if trail.points)


def _trail(policy: Policy, number: int, observation: Observation) -> Trail:
    rule = policy.rules[number]
    process = process_of(rule, policy.expected_share)
    every = max(1, len(observation.steps) // MOST_POINTS)
    points = []
    for index, step in enumerate(observation.steps):
        process.add(step)
        if (index + 1) % every == 0 or index + 1 == len(observation.steps):
            points.append((step.at_s, math.exp(max(-_LARGEST_LOG, min(process.log_e(), _LARGEST_LOG)))))
    return Trail(rule.name, 1 / rule.alpha, tuple(points) if process.units else ())
