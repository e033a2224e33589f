"""Rolling back: always forward, an old tree under a fresh, higher version."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phasegate.config import PUBLIC_PHASE
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.changelog import with_rollback
from phasegate.rollout.materials import Materials, foreign_releases, used_versions
from phasegate.rollout.plan import (
    NODE,
    CommitSpec,
    PlannedEffect,
    PlannedMove,
    PlannedRelease,
    TagSpec,
    TreeSpec,
    iso,
)
from phasegate.rollout.publication import (
    adopted_releases,
    announce,
    start_plan,
    step_channel,
    step_docs,
    tag_release,
)
from phasegate.rollout.snapshot import read_snapshot
from phasegate.rollout.statuspage import read_status_page
from phasegate.rollout.targets import nothing_to_roll_back
from phasegate.rollout.versions import rollback_versions
from phasegate.rollout.world import TAGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.config import Config
    from phasegate.git.door import Git
    from phasegate.ledger.records import Rollout
    from phasegate.rollout.materials import Occasion
    from phasegate.rollout.plan import Plan
    from phasegate.rollout.publication import ChannelStep, DocsStep
    from phasegate.rollout.targets import Choice, RollbackRequest, Target
    from phasegate.rollout.world import World
    from phasegate.version.semver import Version


@dataclass(frozen=True)
class Restoration:
    """A target's release under its new version, as it will be built and tagged."""

    target: Target
    version: Version
    commit: CommitSpec
    tag: TagSpec
    move: PlannedMove
    release: PlannedRelease


def plan_rollback(
    git: Git, world: World, config: Config, request: RollbackRequest, occasion: Occasion
) -> Plan:
    """The plan of a rollback; it changes nothing where everything is rolled back already.

    Raises:
        PhasegateError: `nothing-to-roll-back`, `version-unknown`, `tag-in-use`, `usage`.
    """
    _refuse_unknown_channel(config, request)
    if not world.state.channels:
        raise nothing_to_roll_back("nothing has been released yet", world.state)
    choice = choose(world, config, request)
    if choice.targets or choice.site not in (None, _current_site(world)):
        materials = _gather(git, world, config, choice, occasion.at_s)
        plan = assemble(world, config, choice, materials, occasion)
    else:
        title = "Nothing to take back: every channel carries a good release; --to VERSION goes further back"
        plan = replace(start_plan(world, occasion, "rollback", title), rollout=world.state.rollout)
    return _with_tags_deleted(git, world, config, plan) if request.delete_tags else plan


def choose(world: World, config: Config, request: RollbackRequest) -> Choice:
    """What a rollback of the request's kind does."""
    module = importlib.import_module(f"phasegate.rollout.rollbacks.{request.kind}")
    choice: Choice = module.choose(world.state, config, request)
    return choice


def assemble(world: World, config: Config, choice: Choice, materials: Materials, occasion: Occasion) -> Plan:
    """The plan that makes `choice` real. Pure."""
    versions = rollback_versions(choice.targets, used_versions(world, materials, config))
    restorations = _restorations(world, config, choice, materials, versions, occasion)
    steps = [_step(world, config, materials, restorations, t, versions[t.channel]) for t in choice.targets]
    docs = _docs_step(world, config, choice, materials)
    withdrawn = _withdrawn(world, choice, occasion)
    effects = _effects(world, config, choice, versions, withdrawn, docs, occasion)
    both: list[ChannelStep | DocsStep] = [*steps, *([docs] if docs else [])]
    channels = tuple(step.channel for step in steps)
    return replace(
        start_plan(world, occasion, "rollback", _title(choice, versions, docs)),
        commits=(*(r.commit for r in restorations), *(step.commit for step in both)),
        tags=tuple(r.tag for r in restorations),
        moves=(*(r.move for r in restorations), *(step.move for step in both)),
        releases=tuple(r.release for r in restorations),
        adopted=adopted_releases(world, materials, channels),
        channels=channels,
        docs=docs.docs if docs else None,
        rollout=_rollout_after(world, config, choice),
        withdrawn=withdrawn,
        effects=effects,
    )


def _refuse_unknown_channel(config: Config, request: RollbackRequest) -> None:
    if request.channel is not None and request.channel not in config.channels:
        raise PhasegateError(
            ErrorCode.USAGE,
            f"There is no channel {request.channel!r}.",
            hint=f"Channels: {', '.join(config.channels)}.",
        )


def _current_site(world: World) -> tuple[str, str] | None:
    docs = world.state.docs
    return (docs.version, docs.sites[docs.version]) if docs and docs.version else None


def _gather(git: Git, world: World, config: Config, choice: Choice, at_s: int) -> Materials:
    trees = {target.good.tree for target in choice.targets}
    return Materials(
        foreign=foreign_releases(git, world, config, at_s),
        snapshots={tree: read_snapshot(git, tree, config) for tree in sorted(trees)},
        status_page=read_status_page(git, world, config) if choice.site else {},
    )


def _restorations(
    world: World,
    config: Config,
    choice: Choice,
    materials: Materials,
    versions: Mapping[str, Version],
    occasion: Occasion,
) -> list[Restoration]:
    """One for each new version; channels that share a version share it."""
    by_version = {versions[target.channel]: target for target in reversed(choice.targets)}
    return [
        _restore(world, config, choice, materials, target, version, occasion)
        for version, target in sorted(by_version.items())
    ]


def _restore(
    world: World,
    config: Config,
    choice: Choice,
    materials: Materials,
    target: Target,
    version: Version,
    occasion: Occasion,
) -> Restoration:
    snapshot, good = materials.snapshots[target.good.tree], target.good
    restores = None if choice.flags_off else good.restores or good.version
    changelog = with_rollback(snapshot.changelog, str(version), iso(occasion.at_s), restores)
    stamps = snapshot.stamped(version, changelog)
    flags = good.flags
    if choice.flags_off:
        stamps.update(snapshot.flags_off())
        flags = dict.fromkeys(good.flags, False)
    title = f"Release {version}: {f'restore {restores}' if restores else 'feature flags off'}"
    commit = CommitSpec(
        f"{NODE}release/{version}", TreeSpec(good.tree, dict(stamps)), (good.commit,), f"{title}\n"
    )
    tag, move = tag_release(world, config, version=str(version), target=commit.node, title=title)
    release = PlannedRelease(
        str(version),
        "flag" if choice.flags_off else "rollback",
        commit.node,
        good.content,
        good.source,
        tag.ref,
        restores,
        flags,
    )
    return Restoration(target, version, commit, tag, move, release)


def _step(
    world: World,
    config: Config,
    materials: Materials,
    restorations: list[Restoration],
    target: Target,
    version: Version,
) -> ChannelStep:
    restoration = next(r for r in restorations if r.version == version)
    return step_channel(
        world,
        config,
        materials,
        name=target.channel,
        version=str(version),
        release=restoration.commit.node,
        tree=restoration.commit.tree,
    )


def _docs_step(world: World, config: Config, choice: Choice, materials: Materials) -> DocsStep | None:
    if choice.site is None or choice.site == _current_site(world):
        return None
    version, site = choice.site
    return step_docs(world, config, materials, site=site, version=version)


def _withdrawn(world: World, choice: Choice, occasion: Occasion) -> dict[str, str]:
    """Every release with the bad content that is not withdrawn yet, and that no channel goes on carrying."""
    state = world.state
    moving = {target.channel for target in choice.targets}
    staying = {channel.version for name, channel in state.channels.items() if name not in moving}
    reason = occasion.why or "rolled back"
    return {
        version: reason
        for version, release in state.releases.items()
        if release.content in choice.bad and release.withdrawn is None and version not in staying
    }


def _rollout_after(world: World, config: Config, choice: Choice) -> Rollout | None:
    """The rollout goes on where its content is left alone, or where the public keeps it."""
    rollout = world.state.rollout
    if rollout is None or rollout.content not in choice.bad:
        return rollout
    public = world.state.channels.get(config.public_channel)
    moving = {target.channel for target in choice.targets}
    public_keeps_it = (
        PUBLIC_PHASE in rollout.entered and public is not None and config.public_channel not in moving
    )
    return rollout if public_keeps_it else None


def _title(choice: Choice, versions: Mapping[str, Version], docs: DocsStep | None) -> str:
    moves = [
        f"{t.channel} {t.current.version} → {versions[t.channel]}"
        + (" (flags off)" if choice.flags_off else f" (restores {t.good.restores or t.good.version})")
        for t in choice.targets
    ]
    moves += [f"docs → {docs.docs.version}"] if docs else []
    return f"Roll back {', '.join(moves)}"


def _effects(
    world: World,
    config: Config,
    choice: Choice,
    versions: Mapping[str, Version],
    withdrawn: Mapping[str, str],
    docs: DocsStep | None,
    occasion: Occasion,
) -> tuple[PlannedEffect, ...]:
    said = {
        "withdrawn": ", ".join(withdrawn),
        "version": ", ".join(sorted({str(version) for version in versions.values()})),
        "channels": ", ".join(target.channel for target in choice.targets) or "docs",
        "restored": _restored(choice, docs),
        "reason": occasion.why,
    }
    report = PlannedEffect("incident-report", {**said, "ledger": world.ledger_head or ""})
    return (*((report,) if choice.reports else ()), *announce(world, config, occasion, "rollback", said))


def _restored(choice: Choice, docs: DocsStep | None) -> str:
    versions = sorted({target.good.restores or target.good.version for target in choice.targets})
    if not versions:
        return f"the documentation of {docs.docs.version}" if docs else ""
    return ", ".join(versions) + (" with its feature flags off" if choice.flags_off else "")


def _with_tags_deleted(git: Git, world: World, config: Config, plan: Plan) -> Plan:
    """The plan with the tags of withdrawn releases deleted.

    Raises:
        PhasegateError: `tag-in-use`, while a channel or a marketplace entry names one.
    """
    known = world.state.releases
    gone = [*plan.withdrawn, *(v for v, r in known.items() if r.withdrawn is not None)]
    tags = {known[version].tag: version for version in gone if world.value(known[version].tag or "")}
    after = {name: channel.version for name, channel in world.state.channels.items()}
    after.update({channel.name: channel.version for channel in plan.channels})
    trees = {target.tree for target in (known.get(version) for version in after.values()) if target}
    trees |= {
        spec.tree.base for spec in plan.commits if spec.tree.base and spec.node.startswith(f"{NODE}release/")
    }
    pinned = frozenset().union(*(read_snapshot(git, tree, config).pinned_refs for tree in trees))
    users = [
        f"{ref}: named by {'a channel' if version in after.values() else 'a marketplace entry'}"
        for ref, version in tags.items()
        if ref and (version in after.values() or ref in pinned or ref[len(TAGS) :] in pinned)
    ]
    if users:
        raise PhasegateError(
            ErrorCode.TAG_IN_USE,
            "A withdrawn tag is still in use; nothing was published.",
            why="Clients that follow it would fail to update.",
            hint="Repeat without --delete-tag, or take the entry that names it back first.",
            details=tuple(users),
        )
    deletions = tuple(PlannedMove(ref, world.value(ref), None) for ref in tags if ref)
    title = plan.title if plan.moves or not deletions else "Delete the tags of withdrawn releases"
    return replace(plan, title=title, moves=plan.moves + deletions)
