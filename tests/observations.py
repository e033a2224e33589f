"""Observations that the tests of the judge share."""

from __future__ import annotations

import math
from random import Random

from phasegate.telemetry.judge.observation import Observation, Step, Tally


def observation(
    units: int = 400,
    *,
    canary: float = 0.0,
    control: float = 0.0,
    over_budget: float = 0.0,
    slow: float = 0.0,
    control_units: int = 1,
    slow_s: float | None = 1.0,
    seed: int = 1,
) -> Observation:
    """That many steps, each with a unit of the canary and some of the control, that are bad with these probabilities."""
    random = Random(seed)

    def hit(share: float) -> int:
        return int(random.random() < share)

    steps = tuple(
        Step(
            60.0 * index,
            Tally(1, hit(canary), hit(over_budget), hit(slow)),
            Tally(control_units, sum(hit(control) for _ in range(control_units))),
        )
        for index in range(units)
    )
    return Observation(0.0, 60.0 * units, steps, slow_s)


def binomial(bad: int, units: int, share: float) -> float:
    """The probability of `bad` among `units`."""
    return math.comb(units, bad) * share**bad * (1 - share) ** (units - bad)
