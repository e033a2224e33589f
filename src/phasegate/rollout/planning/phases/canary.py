"""Phase canary: the candidate that internal carries goes to those who asked to be first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phasegate.rollout.planning.plan import TreeSpec
from phasegate.rollout.planning.publication import (
    adopted_releases,
    enter_phase,
    phase_effects,
    refuse_reuse,
    rollout_under_way,
    step_channel,
)

if TYPE_CHECKING:
    from phasegate.config import Config, Phase
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.reading.materials import Materials, Occasion
    from phasegate.rollout.reading.world import World


def plan(world: World, config: Config, phase: Phase, materials: Materials, occasion: Occasion) -> Plan:
    """The rollout's candidate, as it is, on the phase's channel.

    Raises:
        PhasegateError: `rollout-missing`, `version-reused`.
    """
    rollout = rollout_under_way(world)
    release = world.state.releases[rollout.candidate]
    if materials.foreign.get(phase.channel or "") is not None:
        refuse_reuse(world, release.version, materials.foreign, tree=release.tree)
    step = step_channel(
        world,
        config,
        materials,
        name=phase.channel or "",
        version=release.version,
        release=release.commit,
        tree=TreeSpec(release.tree),
    )
    return replace(
        enter_phase(
            world, occasion, phase, rollout, what=f"{release.version} to {phase.name}", judged=release.commit
        ),
        commits=(step.commit,),
        moves=(step.move,),
        adopted=adopted_releases(world, materials, (step.channel,)),
        channels=(step.channel,),
        effects=phase_effects(world, config, phase, occasion, release.version),
    )
