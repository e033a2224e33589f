"""The judge's cases, kept: the policy and the counts behind a decision, by the hash of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.rollout.applying.effects.keeping import keep

if TYPE_CHECKING:
    from phasegate.rollout.desk import Desk
    from phasegate.rollout.reading.watching import Watched


def keep_case(desk: Desk, watched: Watched) -> None:
    """Keep the case under the hash of its evidence, so that `invoke watch --replay` gives the same decision."""
    from phasegate.telemetry.judge.case import write_case

    text = write_case(watched.policy, watched.observation)
    keep(desk, f"cases/{watched.decision.evidence}.json", text)
