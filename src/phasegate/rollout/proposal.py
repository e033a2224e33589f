"""What the source asks for: the commits since the last release, and the version they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.rollout.snapshot import Snapshot, content_of, read_snapshot
from phasegate.rollout.world import OBSERVED_TAGS
from phasegate.version.commits import Change, changes_in
from phasegate.version.history import commits_since, released_before
from phasegate.version.next import next_version
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.config import Config
    from phasegate.git.door import Git
    from phasegate.ledger.records import Release
    from phasegate.ledger.state import State
    from phasegate.rollout.world import World


@dataclass(frozen=True)
class Proposal:
    """The source's wish for a release.

    Attributes:
        source: the commit to release.
        snapshot: its stamped files.
        content: its tree with stamped fields neutral.
        last: the last public version before it, or None.
        version: the next public version, or None where none is due.
        changes: what happened since the last one.
        changelog: the changelog that the new section goes into, or None.
    """

    source: str
    snapshot: Snapshot
    content: str
    last: Version | None
    version: Version | None
    changes: tuple[Change, ...]
    changelog: str | None


@dataclass(frozen=True)
class LastRelease:
    """The last public version in the source's history, and the commit that it was made from."""

    version: Version
    base: str
    release: Release | None = None


def propose(git: Git, world: World, config: Config, source: str, floors: Iterable[Version]) -> Proposal:
    """Read what releasing `source` means; `floors` are versions that the next one must be above.

    Raises:
        PhasegateError: `manifest-invalid`, with every mistake in the tree's manifests.
    """
    snapshot = read_snapshot(git, f"{source}^{{tree}}", config)
    last = last_release(git, world, config, source)
    changes = changes_since(git, last, source)
    return Proposal(
        source=source,
        snapshot=snapshot,
        content=content_of(git, snapshot),
        last=last.version if last else None,
        version=version_due(world, last, changes, (*floors, *_before_phasegate(last, snapshot))),
        changes=changes,
        changelog=_changelog_before(git, config, last, snapshot),
    )


def last_release(git: Git, world: World, config: Config, source: str) -> LastRelease | None:
    """The highest public version among tags in the history of `source` and the ledger's releases from there."""
    tagged = released_before(git, source, config.tag_format, OBSERVED_TAGS)
    for release in _public_releases(world.state):
        version = Version.parse(release.version)
        if tagged is not None and version < tagged.version:
            break
        if git.attempt("merge-base", "--is-ancestor", release.source, source).status == 0:
            return LastRelease(version, release.source, release)
    return LastRelease(tagged.version, tagged.ref) if tagged else None


def changes_since(git: Git, last: LastRelease | None, source: str) -> tuple[Change, ...]:
    """What the commits from the last release to `source` say."""
    return changes_in(commits_since(git, source, last.base if last else None))


def version_due(
    world: World, last: LastRelease | None, changes: Iterable[Change], floors: Iterable[Version]
) -> Version | None:
    """The next public version, above `floors` and every public version that was ever used; None where none is due."""
    used = [Version.parse(version) for version in world.state.releases]
    finals = [version for version in (*used, *floors) if version.is_final]
    return next_version(last.version if last else None, changes, max(finals, default=None))


def _before_phasegate(last: LastRelease | None, snapshot: Snapshot) -> tuple[Version, ...]:
    """The manifest's version, which clients may hold, where nothing else tells what was released."""
    return (snapshot.version.final,) if last is None and snapshot.version is not None else ()


def _public_releases(state: State) -> list[Release]:
    releases = [release for release in state.releases.values() if release.kind == "release"]
    return sorted(releases, key=lambda release: Version.parse(release.version), reverse=True)


def _changelog_before(git: Git, config: Config, last: LastRelease | None, snapshot: Snapshot) -> str | None:
    if last is None or last.release is None:
        return snapshot.changelog
    return read_snapshot(git, last.release.tree, config).changelog
