"""Rolling back: always forward, an old tree under a fresh, higher version."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.planning.plan import NODE, PlannedMove
from phasegate.rollout.planning.publication import start_plan
from phasegate.rollout.planning.restoration import assemble
from phasegate.rollout.planning.targets import Target, current_release, last_good, nothing_to_roll_back
from phasegate.rollout.reading.materials import Materials, foreign_releases
from phasegate.rollout.reading.snapshot import read_snapshot
from phasegate.rollout.statuspage import read_status_page
from phasegate.version.history import TAGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.config import Config
    from phasegate.git.door import Git
    from phasegate.ledger.records import Release
    from phasegate.ledger.state import State
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.planning.targets import Choice, RollbackRequest
    from phasegate.rollout.reading.materials import Occasion
    from phasegate.rollout.reading.world import World


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
    foreign = foreign_releases(git, world, config, occasion.at_s)
    choice = repair(world, config, request, choose(world, config, request))
    if config.docs_branch is None:
        choice = replace(choice, site=None)  # there was one once; it is no longer ours
    if choice.targets or choice.site is not None:
        materials = _gather(git, world, config, choice, foreign)
        plan = assemble(world, config, choice, materials, occasion)
    else:
        title = "Nothing to take back: every channel carries a good release; --to VERSION goes further back"
        plan = replace(start_plan(world, occasion, "rollback", title), rollout=world.state.rollout)
    return _with_tags_deleted(git, world, config, plan) if request.delete_tags else plan


def repair(world: World, config: Config, request: RollbackRequest, choice: Choice) -> Choice:
    """The choice, and what someone else moved: those refs get the ledger's release again, forward from where they are."""
    if request.kind == "flag":
        return choice
    chosen = {target.channel for target in choice.targets}
    asked = [request.channel] if request.channel else list(world.state.channels)
    moved = [
        n
        for n in asked
        if n not in chosen and request.kind != "docs" and world.strayed(world.state.channels[n])
    ]
    targets = [_again(world.state, config, channel, choice.bad) for channel in moved]
    docs, site = world.state.docs, choice.site
    if docs is not None and world.strayed(docs):
        site = choice.site if request.kind != "docs" or request.to else None
        site = site or _current_site(world)
    elif site == _current_site(world):
        site = None
    return replace(choice, targets=(*choice.targets, *targets), site=site)


def _again(state: State, config: Config, channel: str, bad: frozenset[str]) -> Target:
    current = current_release(state, channel)
    good = (
        current
        if current.withdrawn is None and current.content not in bad
        else last_good(state, config, channel, bad)
    )
    if good is None:
        raise nothing_to_roll_back(f"channel {channel} has carried nothing good", state)
    return Target(channel, current, good)


def choose(world: World, config: Config, request: RollbackRequest) -> Choice:
    """What a rollback of the request's kind does."""
    module = importlib.import_module(f"phasegate.rollout.planning.rollbacks.{request.kind}")
    choice: Choice = module.choose(world.state, config, request)
    return choice


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


def _gather(
    git: Git, world: World, config: Config, choice: Choice, foreign: Mapping[str, Release]
) -> Materials:
    trees = {target.good.tree for target in choice.targets}
    return Materials(
        foreign=foreign,
        snapshots={tree: read_snapshot(git, tree, config) for tree in sorted(trees)},
        status_page=read_status_page(git, world, config) if choice.site else {},
    )


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
