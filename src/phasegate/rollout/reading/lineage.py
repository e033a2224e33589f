"""Where a source stands in the line of releases: the last one before it, and what happened since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.git.objects import is_ancestor
from phasegate.rollout.reading.world import OBSERVED_TAGS, branch_ref
from phasegate.version.commits import Change, changes_in
from phasegate.version.history import TAGS, commits_since, released_before
from phasegate.version.next import next_version
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.config import Config
    from phasegate.git.door import Git
    from phasegate.ledger.records import Release
    from phasegate.ledger.state import State
    from phasegate.rollout.reading.world import World


@dataclass(frozen=True)
class LastRelease:
    """The last public version in the source's history, and the commit that it was made from."""

    version: Version
    base: str
    release: Release | None = None


def last_release(git: Git, world: World, config: Config, source: str) -> LastRelease | None:
    """The highest public version among tags in the history of `source` and the ledger's releases from there.

    What the public followed before phasegate came counts as history too: a merge of dev into main leaves the tag on a
    commit that dev does not have.
    """
    tags = [OBSERVED_TAGS + ref[len(TAGS) :] for ref in world.refs if ref.startswith(TAGS)]
    histories = [source, *_unrecorded_public(world, config)]
    found = [released_before(git, tip, config.tag_format, OBSERVED_TAGS, tags) for tip in histories]
    tagged = max(filter(None, found), key=lambda released: released.version, default=None)
    for release in _public_releases(world.state):
        version = Version.parse(release.version)
        if tagged is not None and version < tagged.version:
            break
        if is_ancestor(git, release.source, source):
            return LastRelease(version, release.source, release)
    return LastRelease(tagged.version, tagged.ref) if tagged else None


def changes_since(git: Git, last: LastRelease | None, source: str) -> tuple[Change, ...]:
    """What the commits from the last release to `source` say."""
    return changes_in(commits_since(git, source, last.base if last else None))


def version_due(
    world: World, last: LastRelease | None, changes: Iterable[Change], floors: Iterable[Version]
) -> Version | None:
    """The next public version, above `floors` and every public version that was ever used; None where none is due.

    It is not below what any channel carries, so that versions on a channel only rise.
    """
    used = [Version.parse(version) for version in world.state.releases]
    finals = [version for version in (*used, *floors) if version.is_final]
    due = next_version(last.version if last else None, changes, max(finals, default=None))
    carried = max((Version.parse(c.version).final for c in world.state.channels.values()), default=None)
    return max(due, carried) if due and carried else due


def _unrecorded_public(world: World, config: Config) -> tuple[str, ...]:
    """The tip of the public channel, while the ledger knows nothing of it."""
    tip = world.tip(branch_ref(config.channels[config.public_channel]))
    return (tip,) if tip is not None and config.public_channel not in world.state.channels else ()


def _public_releases(state: State) -> list[Release]:
    releases = [release for release in state.releases.values() if release.kind == "release"]
    return sorted(releases, key=lambda release: Version.parse(release.version), reverse=True)
