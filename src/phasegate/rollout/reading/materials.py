"""What planning needs to know beside the refs, gathered beforehand so that planning itself is pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

from phasegate.errors import PhasegateError
from phasegate.git.objects import tree_id
from phasegate.ledger.records import Release
from phasegate.ledger.times import iso
from phasegate.redaction import redact
from phasegate.rollout.reading.snapshot import content_of, read_snapshot
from phasegate.rollout.reading.world import branch_ref
from phasegate.version.history import TAGS, released_as
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.config import Config
    from phasegate.git.door import Git
    from phasegate.git.repository import Identity
    from phasegate.rollout.reading.proposal import Proposal
    from phasegate.rollout.reading.snapshot import Snapshot
    from phasegate.rollout.reading.world import World


@dataclass(frozen=True)
class Occasion:
    """Who acts, when, and why.

    Attributes:
        identity: who.
        at_s: the time that objects carry, seconds since 1970; it may stand still.
        now_s: the time that soaking goes by, seconds since 1970.
        why: the reason given, or empty.
        discreet: takes secrets out of what commit messages say, which is published for good.
    """

    identity: Identity
    at_s: int
    now_s: int
    why: str = ""
    discreet: Callable[[str], str] = field(default=redact, compare=False, repr=False)


@dataclass(frozen=True)
class Materials:
    """Readings of the repository.

    Attributes:
        foreign: channel → the release that stands on it without the ledger knowing.
        snapshots: tree → its stamped files, for the trees that will be stamped anew.
        proposal: what the source asks for; only a rollout's first phase needs it.
        status_page: the status page's files on the docs branch.
    """

    foreign: Mapping[str, Release] = field(default_factory=dict)
    snapshots: Mapping[str, Snapshot] = field(default_factory=dict)
    proposal: Proposal | None = None
    status_page: Mapping[str, bytes] = field(default_factory=dict)


def foreign_releases(git: Git, world: World, config: Config, at_s: int) -> dict[str, Release]:
    """The releases that channels carry without the ledger knowing: from before phasegate, or by someone's push."""
    found = {}
    for name, branch in config.channels.items():
        tip = world.tip(branch_ref(branch))
        known = world.state.channels.get(name)
        if tip is None or (known is not None and known.commit == tip):
            continue
        release = _adopt(git, tip, config, number=world.state.length + 1, at_s=at_s)
        if release is not None:
            found[name] = release
    return found


def _adopt(git: Git, commit: str, config: Config, *, number: int, at_s: int) -> Release | None:
    try:
        tree = tree_id(git, commit)
        snapshot = read_snapshot(git, tree, config)
    except PhasegateError:
        return None  # no plugin there that a client could have installed
    if snapshot.version is None:
        return None
    return Release(
        version=str(snapshot.version),
        kind="adopted",
        tree=tree,
        content=content_of(git, snapshot),
        commit=commit,
        source=commit,
        operation=number,
        at=iso(at_s),
        flags=snapshot.flags,
    )


def used_versions(world: World, materials: Materials, config: Config) -> frozenset[Version]:
    """Every version that stands for something already: in the ledger, in a tag, on a channel."""
    tagged = {released.version for released in released_as(f"{TAGS}{config.tag_format}", world.refs)}
    recorded = {*world.state.releases, *(release.version for release in materials.foreign.values())}
    return frozenset(tagged.union(version for version in map(Version.parse_or_none, recorded) if version))
