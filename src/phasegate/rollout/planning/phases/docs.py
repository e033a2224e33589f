"""Phase docs: the documentation that the docs gate built from the candidate goes to the docs branch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phasegate.rollout.planning.plan import NODE
from phasegate.rollout.planning.publication import (
    enter_phase,
    phase_effects,
    rollout_under_way,
    step_docs,
)

if TYPE_CHECKING:
    from phasegate.config import Config, Phase
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.reading.materials import Materials, Occasion
    from phasegate.rollout.reading.world import World


def plan(world: World, config: Config, phase: Phase, materials: Materials, occasion: Occasion) -> Plan:
    """The site that the phase's gate leaves behind, on the docs branch.

    Raises:
        PhasegateError: `rollout-missing`.
    """
    rollout = rollout_under_way(world)
    release = world.state.releases[rollout.candidate]
    step = step_docs(world, config, materials, site=f"{NODE}artifact", version=release.version)
    return replace(
        enter_phase(
            world,
            occasion,
            phase,
            rollout,
            what=f"the documentation of {release.version}",
            judged=release.commit,
        ),
        commits=(step.commit,),
        moves=(step.move,),
        docs=step.docs,
        effects=phase_effects(world, config, phase, occasion, release.version),
    )
