"""Simulated silence of a canary, and simulated watches of a release that is out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from measuring.judging import NEVER, POLICY, Outcome
from measuring.releases import silent
from phasegate.telemetry.judge.finding import find
from phasegate.telemetry.judge.rule import Kind
from phasegate.telemetry.judge.watch import Detector, threshold_for

if TYPE_CHECKING:
    from random import Random

SILENCES = {
    "healthy, 500 installs": (500, 0.0),
    "healthy, 5000 installs": (5000, 0.0),
    "half silent, 1000 installs": (1000, 0.5),
    "two thirds silent, 1000 installs": (1000, 0.67),
    "80 % silent, 1000 installs": (1000, 0.8),
    "all silent, 1000 installs": (1000, 1.0),
}
"""How many installs there are, a tenth of them the canary's, and the share of these that falls silent after its first run."""
WATCHES = {
    f"{alpha:.0%}, limit {limit:.0%}, {horizon} units": (alpha, limit, horizon)
    for alpha, limit in ((0.02, 0.10), (0.01, 0.05))
    for horizon in (1_000, 10_000)
}
"""The error probability, what is healthy, and for how long."""


def silent_for(installs: int, missing: float, random: Random) -> Outcome:
    """After how many hours silence is found."""
    observation = silent(installs, missing, random)
    rule = next(rule for rule in POLICY.rules if rule.kind is Kind.SILENCE)
    found = find(POLICY, rule, observation, observation.total())
    return Outcome(any_rule=NEVER if found.fired_at_s is None else found.fired_at_s / 3600 + 1)


def watch(alpha: float, limit: float, horizon: int, rate: float, healthy: int, random: Random) -> Outcome:
    """After how many units of a share `rate` of bad ones the watch fires, which come after `healthy` ones at half the limit.

    What is good between two bad units is one step: the evidence falls all the while, so nothing can fire there.
    """
    detector, needed = Detector(limit), math.log(threshold_for(alpha, horizon))
    seen = 0
    while seen < horizon:
        share = limit / 2 if seen < healthy else rate
        gap = 0 if share == 1 else int(math.log(1 - random.random()) / math.log1p(-share))
        if seen < healthy <= seen + gap:
            detector.add(0, healthy - seen)
            seen = healthy
            continue
        seen += gap + 1
        if seen > horizon:
            break
        detector.add(0, gap)
        detector.add(1, 0)
        if detector.log_e() >= needed:
            return Outcome(seen - healthy, seen - healthy)
    return Outcome()
