"""Phase internal: a release candidate is made from the source, and the rollout begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.ledger.records import Rollout
from phasegate.rollout.planning.changelog import body_of, with_release
from phasegate.rollout.planning.plan import NODE, CommitSpec, Hold, PlannedRelease, TreeSpec
from phasegate.rollout.planning.publication import (
    adopted_releases,
    enter_phase,
    phase_effects,
    step_channel,
    tag_release,
)
from phasegate.rollout.reading.materials import used_versions
from phasegate.version.changelog import render_section
from phasegate.version.next import next_candidate

if TYPE_CHECKING:
    from phasegate.config import Config, Phase
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.reading.materials import Materials, Occasion
    from phasegate.rollout.reading.proposal import Proposal
    from phasegate.rollout.reading.world import World
    from phasegate.version.semver import Version


def plan(world: World, config: Config, phase: Phase, materials: Materials, occasion: Occasion) -> Plan:
    """A fresh candidate of the source, tagged and published on the phase's channel.

    Raises:
        PhasegateError: `no-release-due`, `tag-exists`, `version-reused`.
    """
    proposal = materials.proposal
    if proposal is None:
        raise ValueError("phase internal needs a proposal")
    version = _due(proposal)
    _refuse_taken_tag(world, config, version)
    candidate_version = next_candidate(version, used_versions(world, materials, config))
    candidate = str(candidate_version)
    day = datetime.fromtimestamp(occasion.at_s, tz=timezone.utc).date()
    section = render_section(candidate_version, day, proposal.changes)
    changelog = with_release(proposal.changelog, world.state, section)
    tree = TreeSpec(f"{proposal.source}^{{tree}}", proposal.snapshot.stamped(candidate_version, changelog))
    release = CommitSpec(f"{NODE}release", tree, (proposal.source,), f"Release {candidate}\n")
    tag, tag_move = tag_release(
        world, config, version=candidate, target=release.node, title=f"Release {candidate}"
    )
    step = step_channel(
        world, config, materials, name=phase.channel or "", version=candidate, release=release.node, tree=tree
    )
    rollout = Rollout(str(version), candidate, proposal.source, proposal.content, body_of(section))
    return replace(
        enter_phase(
            world, occasion, phase, rollout, what=f"{candidate} to {phase.name}", judged=release.node
        ),
        commits=(release, step.commit),
        tags=(tag,),
        moves=(tag_move, step.move),
        releases=(
            PlannedRelease(
                candidate, "candidate", release.node, proposal.content, proposal.source, tag.ref,
                flags=proposal.snapshot.flags,
            ),
        ),
        adopted=adopted_releases(world, materials, (step.channel,)),
        channels=(step.channel,),
        effects=phase_effects(world, config, phase, occasion, candidate),
        holds=_withdrawn_before(world, proposal),
    )  # fmt: skip


def _due(proposal: Proposal) -> Version:
    if proposal.version is None:
        since = f"since {proposal.last}" if proposal.last else "so far"
        raise PhasegateError(
            ErrorCode.NO_RELEASE_DUE,
            f"No commit {since} asks for a release.",
            why="A release is due after a `feat:`, a `fix:`, a `perf:` or a breaking change.",
            hint="See `git log`; conventional commits decide the version.",
        )
    return proposal.version


def _refuse_taken_tag(world: World, config: Config, version: Version) -> None:
    tag_release(world, config, version=str(version), target="", title="")


def _withdrawn_before(world: World, proposal: Proposal) -> tuple[Hold, ...]:
    return tuple(
        Hold("withdrawn", f"this very content was withdrawn as {release.version}: {release.withdrawn}")
        for release in world.state.releases.values()
        if release.withdrawn is not None and release.content == proposal.content
    )
