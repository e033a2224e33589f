"""Success criteria of a phase: functions found by their name in the configuration. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from phasegate.config import HEALTHY
from phasegate.ledger.times import iso
from phasegate.rollout.planning.plan import Hold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.config import Phase
    from phasegate.rollout.reading.world import World

Criterion = Callable[["World", "Phase"], "Iterator[Hold]"]


def published(world: World, phase: Phase) -> Iterator[Hold]:
    """The phase's ref is where the ledger left it, and every effect of earlier operations is done."""
    known = world.known(phase)
    if known is not None and world.strayed(known):
        yield Hold("criterion", f"{known.ref} of phase {phase.name} is not where the ledger left it")
    for effect in world.state.effects:
        yield Hold("criterion", f"effect {effect.key} has not been performed; run `invoke resume`")


def healthy(world: World, phase: Phase) -> Iterator[Hold]:
    """The judge promotes the release by what installs in the phase report."""
    watched = world.watched.get(phase.name)
    if watched is None:
        yield Hold("criterion", f"phase {phase.name} is to be watched, and nobody looked")
    elif not watched.decision.promotes:
        decision = watched.decision
        until = iso(int(decision.until_s)) if decision.until_s is not None else None
        for reason in decision.reasons:
            yield Hold(
                "criterion", f"the judge says {decision.ruling.value} in phase {phase.name}: {reason}", until
            )


CRITERIA: dict[str, Criterion] = {"published": published, HEALTHY: healthy}
"""Criterion name → function. A further one is one function and one row."""
