"""Published bytes against the ledger: every finding, and a verdict that is never better than what was examined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.errors import PhasegateError
from phasegate.git.objects import tree_id
from phasegate.ledger.chain import read_operations
from phasegate.ledger.state import State
from phasegate.rollout.reading.snapshot import content_of, read_snapshot
from phasegate.verdict import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.config import Config
    from phasegate.git.repository import Repository
    from phasegate.rollout.reading.world import World


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    subject: str
    verdict: Verdict
    reason: str


def verify(repository: Repository, world: World, config: Config) -> tuple[Check, ...]:
    """Look at every channel, tag, the docs branch and the ledger itself."""
    return (
        *_ledger(repository, world),
        *(check for name in world.state.channels for check in _channel(repository, world, config, name)),
        *_docs(repository, world),
        *_tags(world),
    )


def overall(checks: tuple[Check, ...]) -> Verdict:
    """The worst of all; nothing examined is `INCONCLUSIVE`."""
    return worst(check.verdict for check in checks)


def _check(subject: str, holds: bool, good: str, bad: str) -> Check:
    return Check(subject, Verdict.PASS if holds else Verdict.FAIL, good if holds else bad)


def _ledger(repository: Repository, world: World) -> Iterator[Check]:
    if world.ledger_head is None:
        return
    folded = State()
    try:
        for operation in reversed(read_operations(repository.git, world.ledger_head)):
            folded = folded.apply(operation)
    except (ValueError, PhasegateError) as error:
        yield Check("ledger", Verdict.FAIL, str(error))
        return
    yield _check(
        "ledger",
        folded == world.state,
        f"{world.state.length} operations fold to its state",
        "its operations do not fold to its state",
    )


def _channel(repository: Repository, world: World, config: Config, name: str) -> Iterator[Check]:
    channel = world.state.channels[name]
    release = world.state.releases[channel.version]
    tip = world.tip(channel.ref)
    yield _check(
        channel.ref,
        tip == channel.commit,
        f"at {channel.commit}",
        f"at {tip}, the ledger left it at {channel.commit}",
    )
    if tip is None:
        return
    try:
        tree = tree_id(repository.git, tip)
        snapshot = read_snapshot(repository.git, tree, config)
        content = content_of(repository.git, snapshot)
    except PhasegateError as error:
        yield Check(channel.ref, Verdict.FAIL, f"{error.what} {' '.join(error.details)}")
        return
    yield _check(channel.ref, tree == release.tree, f"tree {tree}", f"tree {tree}, not {release.tree}")
    yield _check(
        channel.ref,
        content == release.content,
        "content is what was judged",
        "content is not what was judged",
    )
    yield _check(
        channel.ref,
        {plugin.version for plugin in snapshot.plugins} == {channel.version},
        f"every plugin says {channel.version}",
        f"plugins say {', '.join(sorted(str(p.version) for p in snapshot.plugins))}, not {channel.version}",
    )


def _docs(repository: Repository, world: World) -> Iterator[Check]:
    docs = world.state.docs
    if docs is None:
        return
    tip = world.tip(docs.ref)
    yield _check(
        docs.ref, tip == docs.commit, f"at {docs.commit}", f"at {tip}, the ledger left it at {docs.commit}"
    )
    if tip is not None:
        tree = tree_id(repository.git, tip)
        yield _check(docs.ref, tree == docs.tree, f"tree {tree}", f"tree {tree}, not {docs.tree}")


def _tags(world: World) -> Iterator[Check]:
    for release in world.state.releases.values():
        if release.tag is None:
            continue
        commit = world.tip(release.tag)
        gone = commit is None and release.withdrawn is not None
        yield _check(
            release.tag,
            gone or commit == release.commit,
            "withdrawn and deleted" if gone else f"names {release.commit}",
            f"names {commit}, not {release.commit}",
        )
