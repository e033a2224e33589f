"""Which version a rollback publishes: just above what its channel has, never used before. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.version.next import next_candidate
from phasegate.version.semver import Level, Version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.rollout.targets import Target


def rollback_versions(targets: Iterable[Target], used: Iterable[Version]) -> dict[str, Version]:
    """Channel → the fresh version under which it gets its target's tree.

    A final version is followed by its next patch, a candidate by the next candidate. Channels that get the same tree
    share a version wherever it is above what each of them has.
    """
    taken = set(used)
    given: dict[str, dict[str, Version]] = {}
    versions = {}
    for target in sorted(targets, key=_finals_first, reverse=True):
        current = Version.parse(target.current.version)
        group = given.setdefault(target.good.tree, {})
        version = next((v for v in group.values() if v > current), None) or _fresh_above(current, taken)
        taken.add(version)
        group[target.channel] = versions[target.channel] = version
    return versions


def _finals_first(target: Target) -> tuple[bool, Version]:
    version = Version.parse(target.current.version)
    return version.is_final, version


def _fresh_above(current: Version, taken: set[Version]) -> Version:
    if not current.is_final:
        return next_candidate(current, taken)
    version = current.bump(Level.PATCH)
    while version in taken:
        version = version.bump(Level.PATCH)
    return version
