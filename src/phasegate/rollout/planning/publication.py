"""Pieces that every plan is made of: channel commits, docs commits, notices. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phasegate.config import DOCS_PHASE
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.ledger.times import iso
from phasegate.markdown import as_markdown
from phasegate.rollout.planning.plan import (
    NODE,
    CommitSpec,
    Plan,
    PlannedChannel,
    PlannedDocs,
    PlannedEffect,
    PlannedMove,
    TagSpec,
    TreeSpec,
)
from phasegate.rollout.reading.world import branch_ref, tag_ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.config import Config, Phase
    from phasegate.ledger.records import Release, Rollout
    from phasegate.rollout.reading.materials import Materials, Occasion
    from phasegate.rollout.reading.world import World


@dataclass(frozen=True)
class Step:
    """A commit to build and the ref that moves to it."""

    commit: CommitSpec
    move: PlannedMove


@dataclass(frozen=True)
class ChannelStep(Step):
    """A channel's step, and where the channel stands after it."""

    channel: PlannedChannel


@dataclass(frozen=True)
class DocsStep(Step):
    """The docs branch's step, and where it stands after it."""

    docs: PlannedDocs


def start_plan(world: World, occasion: Occasion, kind: str, title: str) -> Plan:
    """A plan that follows `world` and moves nothing yet."""
    return Plan(
        kind=kind,
        title=title,
        why=occasion.why,
        at_s=occasion.at_s,
        identity=occasion.identity,
        number=world.state.length + 1,
        ledger_head=world.ledger_head,
    )


def enter_phase(
    world: World, occasion: Occasion, phase: Phase, rollout: Rollout, *, what: str, judged: str
) -> Plan:
    """A plan by which `rollout` enters `phase`; the phase's gates judge the commit `judged` (an id or node)."""
    return replace(
        start_plan(world, occasion, "deploy", f"Deploy {what}"),
        rollout=replace(rollout, entered={**rollout.entered, phase.name: iso(occasion.now_s)}),
        judged=judged,
        content=rollout.content,
        gates=phase.gates,
    )


def step_channel(
    world: World,
    config: Config,
    materials: Materials,
    *,
    name: str,
    version: str,
    release: str,
    tree: TreeSpec,
) -> ChannelStep:
    """The next commit of channel `name`: its tip and `release` (an id or node) as parents, the release's tree.

    Raises:
        PhasegateError: `config-invalid` where the configuration does not name the channel any more.
    """
    ref = branch_ref(_branch_of(config, name))
    tip, known, foreign = world.tip(ref), world.state.channels.get(name), adoptable(world, materials, name)
    before = tip or (known.commit if known else None)
    commit = CommitSpec(
        node=f"{NODE}{ref}",
        tree=tree,
        parents=(before, release) if before else (release,),
        message=f"Publish {version} on {name}\n",
    )
    return ChannelStep(
        commit,
        PlannedMove(ref, tip, commit.node),
        PlannedChannel(name, ref, commit.node, version, foreign.version if foreign else None),
    )


def _branch_of(config: Config, channel: str) -> str:
    if channel not in config.channels:
        raise PhasegateError(
            ErrorCode.CONFIG_INVALID,
            f"The ledger has a channel {channel!r} that the configuration does not name.",
            why="Clients may still follow it, and phasegate does not know its branch.",
            hint="Name it under `channels`, or touch another one only with `--quick --channel NAME`.",
        )
    return config.channels[channel]


def step_docs(world: World, config: Config, materials: Materials, *, site: str, version: str) -> DocsStep:
    """The next commit of the docs branch: the tree `site` (an id or node), with the status page kept."""
    ref = branch_ref(config.docs_branch or "")
    tip = world.tip(ref)
    commit = CommitSpec(
        node=f"{NODE}{ref}",
        tree=TreeSpec(site, dict(materials.status_page)),
        parents=(tip,) if tip else (),
        message=f"Publish the documentation of {version}\n",
    )
    return DocsStep(commit, PlannedMove(ref, tip, commit.node), PlannedDocs(ref, commit.node, version, site))


def tag_release(
    world: World, config: Config, *, version: str, target: str, title: str
) -> tuple[TagSpec, PlannedMove]:
    """The annotated tag of `version`.

    Raises:
        PhasegateError: `tag-exists`, `version-reused`.
    """
    refuse_reuse(world, version)
    ref = tag_ref(config, version)
    if world.value(ref) is not None:
        raise PhasegateError(
            ErrorCode.TAG_EXISTS,
            f"The remote has a tag {ref.partition('refs/tags/')[2]} that the ledger does not know.",
            why=f"It names commit {world.tip(ref)}.",
            hint="Delete it if nobody uses it, or commit something that asks for a higher version.",
        )
    tag = TagSpec(ref, target, f"{title}\n")
    return tag, PlannedMove(ref, None, f"{NODE}{ref}")


def refuse_reuse(
    world: World, version: str, foreign: Mapping[str, Release] | None = None, *, tree: str | None = None
) -> None:
    """Raise `version-reused` where `version` stands for another tree than `tree`, in the ledger or on a channel."""
    known = [world.state.releases[version]] if version in world.state.releases else []
    for release in [*known, *(r for r in (foreign or {}).values() if r.version == version)]:
        if release.tree == tree:
            continue
        raise PhasegateError(
            ErrorCode.VERSION_REUSED,
            f"Version {version} stands for tree {release.tree} already.",
            why="Clients keep what they installed under a version string, and would serve the old bytes.",
            hint="Commit something that asks for a higher version.",
        )


def adoptable(world: World, materials: Materials, channel: str) -> Release | None:
    """The release that stands on `channel` without the ledger knowing, where its version is free for it.

    One whose version the ledger gave to another tree is not adopted: it could never be gone back to.
    """
    release = materials.foreign.get(channel)
    if release is None:
        return None
    known = world.state.releases.get(release.version)
    return release if known is None or known.tree == release.tree else None


def adopted_releases(
    world: World, materials: Materials, channels: tuple[PlannedChannel, ...]
) -> tuple[Release, ...]:
    """The adoptable releases on `channels` that are new to the ledger, to be recorded with this operation."""
    found = (adoptable(world, materials, channel.name) for channel in channels)
    releases = {release.version: release for release in found if release is not None}
    return tuple(release for version, release in releases.items() if version not in world.state.releases)


def announce(
    world: World, config: Config, occasion: Occasion, kind: str, values: Mapping[str, str]
) -> tuple[PlannedEffect, ...]:
    """The notices of an operation, one for each configured channel, then the status page."""
    said = {
        "kind": kind,
        "actor": as_markdown(occasion.identity.name),
        "when": iso(occasion.at_s),
        "operation": str(world.state.length + 1),
        **values,
        "reason": as_markdown(occasion.why),
    }
    channels = [("file", True), ("console", config.notify.console)]
    channels.append(("apprise", config.notify.apprise_variable is not None))
    notices = [PlannedEffect(f"notice:{name}", said) for name, wanted in channels if wanted]
    return (*notices, *((PlannedEffect("status-page"),) if config.docs_branch else ()))


def phase_effects(
    world: World, config: Config, phase: Phase, occasion: Occasion, version: str
) -> tuple[PlannedEffect, ...]:
    """The notices that `version` entered `phase`."""
    until = iso(occasion.now_s + int(phase.soak_s)) if phase.soak_s else ""
    said = {"phase": phase.name, "version": version, "channel": phase.channel or DOCS_PHASE, "until": until}
    return announce(world, config, occasion, "phase", said)


def refuse_moved(world: World, phase: Phase) -> None:
    """Raise `channel-moved` where the phase's ref is not where the ledger left it."""
    known = world.known(phase)
    if known is None or not world.strayed(known):
        return
    kind = f"--quick --channel {phase.channel}" if phase.channel else "--docs"
    raise PhasegateError(
        ErrorCode.CHANNEL_MOVED,
        f"{known.ref} is not where the ledger left it.",
        why=f"It is at {world.tip(known.ref)}, and should be at {known.commit}: someone else moved it.",
        hint=f"`invoke rollback {kind}` goes forward from there to the ledger's release.",
    )


def rollout_under_way(world: World) -> Rollout:
    """The rollout.

    Raises:
        PhasegateError: `rollout-missing`.
    """
    if world.state.rollout is None:
        raise PhasegateError(
            ErrorCode.ROLLOUT_MISSING,
            "No rollout is under way.",
            hint="Start one with `invoke deploy --phase internal`.",
        )
    return world.state.rollout


def public_channel_version(world: World, config: Config) -> str:
    """The version that the public carries, or an empty text."""
    channel = world.state.channels.get(config.public_channel)
    return channel.version if channel else ""
