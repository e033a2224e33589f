"""Which version a rollback publishes: just above what its channel has, never used before. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.version.next import next_candidate
from phasegate.version.semver import Level, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from phasegate.rollout.planning.targets import Target


def rollback_versions(
    targets: Iterable[Target], used: Iterable[Version], carried: Mapping[str, Version] | None = None
) -> dict[str, Version]:
    """Channel → the fresh version under which it gets its target's tree.

    A final version is followed by its next patch, a candidate by the next candidate. Channels that get the same tree
    share a version wherever it is above what each of them has. `carried` are versions that channels carry without the
    ledger knowing.
    """
    taken = set(used)
    given: dict[str, list[Version]] = {}
    versions = {}
    current_of = {t.channel: _current(t, (carried or {}).get(t.channel)) for t in targets}
    for target in sorted(
        targets, key=lambda t: (current_of[t.channel].is_final, current_of[t.channel]), reverse=True
    ):
        current = current_of[target.channel]
        group = given.setdefault(target.good.tree, [])
        version = next((v for v in group if v > current), None) or _fresh_above(current, taken)
        taken.add(version)
        group.append(version)
        versions[target.channel] = version
    return versions


def _current(target: Target, carried: Version | None) -> Version:
    known = Version.parse(target.current.version)
    return max(known, carried) if carried else known


def _fresh_above(current: Version, taken: set[Version]) -> Version:
    if not current.is_final:
        return next_candidate(current, taken)
    version = current.bump(Level.PATCH)
    while version in taken:
        version = version.bump(Level.PATCH)
    return version
