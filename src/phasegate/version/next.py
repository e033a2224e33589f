"""Which version is next: python-semantic-release's rules, with its default settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.version.semver import Level, Version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.version.commits import Change

_BEFORE_THE_FIRST = Version(0, 0, 0)


def next_version(
    last: Version | None, changes: Iterable[Change], floor: Version | None = None
) -> Version | None:
    """The final version that the changes since `last` ask for, or None if they ask for none.

    0.x is left at once: whatever the changes, and even without any, the next version is 1.0.0, as
    python-semantic-release has it by default.

    Args:
        last: the last final version in the branch's history; None before the first release.
        changes: what happened since.
        floor: the highest version that is used already, wherever (rollbacks, manifests): the result is
            above it, by as much as the changes ask for.
    """
    base = last or _BEFORE_THE_FIRST
    asked = max((change.level for change in changes), default=Level.NONE)
    if asked is Level.NONE and base.major != 0:
        return None
    version = base.bump(asked if base.major != 0 else Level.MAJOR)
    if floor is None or version > floor:
        return version
    return floor.final.bump(max(asked, Level.PATCH))


def next_candidate(version: Version, used: Iterable[Version]) -> Version:
    """The first candidate of `version` above all its candidates in `used`: `X.Y.Z-rc.N`."""
    numbers = (other.candidate or 0 for other in used if other.final == version.final)
    return version.with_candidate(max(numbers, default=0) + 1)
