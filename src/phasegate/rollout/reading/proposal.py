"""What the source asks for: the commits since the last release, and the version they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from phasegate.rollout.reading.lineage import LastRelease, changes_since, last_release, version_due
from phasegate.rollout.reading.snapshot import Snapshot, content_of, read_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.config import Config
    from phasegate.git.door import Git
    from phasegate.rollout.reading.world import World
    from phasegate.version.commits import Change
    from phasegate.version.semver import Version


@dataclass(frozen=True)
class Proposal:
    """The source's wish for a release.

    Attributes:
        source: the commit to release.
        snapshot: its stamped files.
        content: its tree with stamped fields neutral.
        last: the last public version before it, or None.
        version: the next public version, or None where none is due.
        changes: what happened since the last one, without secrets.
        changelog: the changelog that the new section goes into, or None.
    """

    source: str
    snapshot: Snapshot
    content: str
    last: Version | None
    version: Version | None
    changes: tuple[Change, ...]
    changelog: str | None


def propose(
    git: Git,
    world: World,
    config: Config,
    source: str,
    floors: Iterable[Version],
    discreet: Callable[[str], str],
) -> Proposal:
    """Read what releasing `source` means.

    `floors` are versions that the next one must be above; `discreet` takes secrets out of what commit messages say.

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
        changes=tuple(change.told(discreet) for change in changes),
        changelog=_changelog_before(git, config, last, snapshot),
    )


def _before_phasegate(last: LastRelease | None, snapshot: Snapshot) -> tuple[Version, ...]:
    """The manifest's version, which clients may hold, where nothing else tells what was released."""
    return (snapshot.version.final,) if last is None and snapshot.version is not None else ()


def _changelog_before(git: Git, config: Config, last: LastRelease | None, snapshot: Snapshot) -> str | None:
    if last is None or last.release is None:
        return snapshot.changelog
    return read_snapshot(git, last.release.tree, config).changelog
