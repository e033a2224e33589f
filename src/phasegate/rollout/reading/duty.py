"""Which version is due, read with as little work as the answer needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.errors import PhasegateError
from phasegate.rollout.reading.lineage import changes_since, last_release, version_due
from phasegate.rollout.reading.world import branch_ref
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.config import Config
    from phasegate.git.door import Git
    from phasegate.rollout.reading.world import World


def due_version(git: Git, world: World, config: Config, source: str) -> Version | None:
    """The next public version of `source`, or None where none is due."""
    last = last_release(git, world, config, source)
    changes = changes_since(git, last, source)
    floors = list(_carried_versions(git, world, config))
    if last is None:
        floors.extend(_manifest_version(git, config, source))
    return version_due(world, last, changes, floors)


def _carried_versions(git: Git, world: World, config: Config) -> Iterator[Version]:
    """The versions on channels that the ledger does not know."""
    if not any(world.tip(branch_ref(branch)) for branch in config.channels.values()):
        return
    from phasegate.rollout.reading.materials import foreign_releases

    for release in foreign_releases(git, world, config, at_s=0).values():
        yield Version.parse(release.version)


def _manifest_version(git: Git, config: Config, source: str) -> Iterator[Version]:
    from phasegate.rollout.reading.snapshot import read_snapshot

    try:
        version = read_snapshot(git, f"{source}^{{tree}}", config).version
    except PhasegateError:
        return  # a broken manifest is the deploy's business, not the version's
    if version is not None:
        yield version.final
