"""Phase public: the candidate's content becomes the release, under its final version."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phasegate.ledger.times import iso
from phasegate.rollout.planning.changelog import release_section
from phasegate.rollout.planning.plan import NODE, CommitSpec, PlannedEffect, PlannedRelease, TreeSpec
from phasegate.rollout.planning.publication import (
    adopted_releases,
    announce,
    enter_phase,
    public_channel_version,
    refuse_reuse,
    rollout_under_way,
    step_channel,
    tag_release,
)
from phasegate.version.changelog import insert_section, remove_section
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from phasegate.config import Config, Phase
    from phasegate.ledger.records import Rollout
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.reading.materials import Materials, Occasion
    from phasegate.rollout.reading.world import World


def plan(world: World, config: Config, phase: Phase, materials: Materials, occasion: Occasion) -> Plan:
    """The candidate's tree under its final version, tagged and published on the phase's channel.

    Raises:
        PhasegateError: `rollout-missing`, `version-reused`, `tag-exists`.
    """
    rollout = rollout_under_way(world)
    candidate = world.state.releases[rollout.candidate]
    refuse_reuse(world, rollout.version, materials.foreign)
    tree = TreeSpec(candidate.tree, _stamps(rollout, materials, candidate.tree, occasion))
    release = CommitSpec(f"{NODE}release", tree, (candidate.commit,), f"Release {rollout.version}\n")
    tag, tag_move = tag_release(
        world, config, version=rollout.version, target=release.node, title=f"Release {rollout.version}"
    )
    step = step_channel(
        world,
        config,
        materials,
        name=phase.channel or "",
        version=rollout.version,
        release=release.node,
        tree=tree,
    )
    return replace(
        enter_phase(
            world, occasion, phase, rollout, what=f"{rollout.version} to {phase.name}", judged=release.node
        ),
        commits=(release, step.commit),
        tags=(tag,),
        moves=(tag_move, step.move),
        releases=(
            PlannedRelease(
                rollout.version, "release", release.node, rollout.content, rollout.source, tag.ref, flags=candidate.flags
            ),
        ),
        adopted=adopted_releases(world, materials, (step.channel,)),
        channels=(step.channel,),
        effects=(
            PlannedEffect("release-notes", {"version": rollout.version, "notes": rollout.notes}),
            *announce(
                world,
                config,
                occasion,
                "release",
                {
                    "version": rollout.version,
                    "channel": phase.channel or "",
                    "previous": public_channel_version(world, config),
                    "changes": rollout.notes,
                },
            ),
        ),
    )  # fmt: skip


def _stamps(rollout: Rollout, materials: Materials, tree: str, occasion: Occasion) -> dict[str, bytes]:
    snapshot = materials.snapshots[tree]
    before = remove_section(snapshot.changelog or "", Version.parse(rollout.candidate))
    section = release_section(rollout.version, iso(occasion.at_s), rollout.notes)
    return dict(snapshot.stamped(Version.parse(rollout.version), insert_section(before, section)))
