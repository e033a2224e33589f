"""What a rollback publishes: each target's tree again, under a fresh version. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phasegate.config import DOCS_PHASE, PUBLIC_PHASE
from phasegate.ledger.times import iso
from phasegate.rollout.planning.changelog import with_rollback
from phasegate.rollout.planning.plan import (
    NODE,
    CommitSpec,
    PlannedEffect,
    PlannedMove,
    PlannedRelease,
    TagSpec,
    TreeSpec,
)
from phasegate.rollout.planning.publication import (
    adopted_releases,
    announce,
    start_plan,
    step_channel,
    step_docs,
    tag_release,
)
from phasegate.rollout.planning.versions import rollback_versions
from phasegate.rollout.reading.materials import Materials, used_versions
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.config import Config
    from phasegate.ledger.records import Rollout
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.planning.publication import ChannelStep, DocsStep
    from phasegate.rollout.planning.targets import Choice, Target
    from phasegate.rollout.reading.materials import Occasion
    from phasegate.rollout.reading.world import World


@dataclass(frozen=True)
class Restoration:
    """A release under its new version, as it will be built and tagged."""

    commit: CommitSpec
    tag: TagSpec
    move: PlannedMove
    release: PlannedRelease


def assemble(world: World, config: Config, choice: Choice, materials: Materials, occasion: Occasion) -> Plan:
    """The plan that makes `choice` real. Pure."""
    carried = {name: Version.parse(release.version) for name, release in materials.foreign.items()}
    versions = rollback_versions(choice.targets, used_versions(world, materials, config), carried)
    restorations = _restorations(world, config, choice, materials, versions, occasion)
    steps = [
        _step(world, config, materials, target.channel, restorations[versions[target.channel]])
        for target in choice.targets
    ]
    docs = _docs_step(world, config, choice, materials)
    withdrawn = _withdrawn(world, choice, occasion)
    effects = _effects(world, config, choice, versions, withdrawn, docs, occasion)
    both: list[ChannelStep | DocsStep] = [*steps, *([docs] if docs else [])]
    channels = tuple(step.channel for step in steps)
    return replace(
        start_plan(world, occasion, "rollback", _title(world, config, choice, versions, docs)),
        commits=(*(r.commit for r in restorations.values()), *(step.commit for step in both)),
        tags=tuple(r.tag for r in restorations.values()),
        moves=(*(r.move for r in restorations.values()), *(step.move for step in both)),
        releases=tuple(r.release for r in restorations.values()),
        adopted=adopted_releases(world, materials, channels),
        channels=channels,
        docs=docs.docs if docs else None,
        rollout=_rollout_after(world, config, choice, versions),
        withdrawn=withdrawn,
        effects=effects,
    )


def _restorations(
    world: World,
    config: Config,
    choice: Choice,
    materials: Materials,
    versions: Mapping[str, Version],
    occasion: Occasion,
) -> dict[Version, Restoration]:
    """One for each new version; channels that share a version share it."""
    by_version = {versions[target.channel]: target for target in reversed(choice.targets)}
    return {
        version: _restore(world, config, choice, materials, target, version, occasion)
        for version, target in sorted(by_version.items())
    }


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
    return Restoration(commit, tag, move, release)


def _step(
    world: World, config: Config, materials: Materials, channel: str, restoration: Restoration
) -> ChannelStep:
    return step_channel(
        world,
        config,
        materials,
        name=channel,
        version=restoration.release.version,
        release=restoration.commit.node,
        tree=restoration.commit.tree,
    )


def _docs_step(world: World, config: Config, choice: Choice, materials: Materials) -> DocsStep | None:
    if choice.site is None:
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


def _rollout_after(
    world: World, config: Config, choice: Choice, versions: Mapping[str, Version]
) -> Rollout | None:
    """The rollout ends where its content is taken back, unless the public keeps it, or where its version is overtaken."""
    rollout = world.state.rollout
    if rollout is None:
        return None
    public_has_it = PUBLIC_PHASE in rollout.entered
    public_keeps_it = public_has_it and config.public_channel not in versions
    overtaken = not public_has_it and any(
        v.is_final and v >= Version.parse(rollout.version) for v in versions.values()
    )
    if overtaken or (rollout.content in choice.bad and not public_keeps_it):
        return None
    if choice.site is not None and world.state.releases[choice.site[0]].content != rollout.content:
        return replace(rollout, entered={p: at for p, at in rollout.entered.items() if p != DOCS_PHASE})
    return rollout


def _title(
    world: World, config: Config, choice: Choice, versions: Mapping[str, Version], docs: DocsStep | None
) -> str:
    moves = [
        f"{t.channel} {t.current.version} → {versions[t.channel]}"
        + (" (flags off)" if choice.flags_off else f" (restores {t.good.restores or t.good.version})")
        for t in choice.targets
    ]
    moves += [f"docs → {docs.docs.version}"] if docs else []
    public = world.state.channels.get(config.public_channel)
    if choice.targets and public is not None and config.public_channel not in versions:
        moves[-1] += f"; {config.public_channel} keeps {public.version}"
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
