"""Versions as SemVer 2.0 writes and orders them (https://semver.org/spec/v2.0.0.html).

Build metadata (`1.0.0+x`) is refused: SemVer gives it no rank, so two versions would be equal in precedence and yet
differ as strings, and a client that compares strings would take one for an update of the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import total_ordering
from typing import Union

Identifier = Union[int, str]
"""One part of a pre-release, between the dots: a number ranks by value, and below any text."""

_NUMBER = r"(?:0|[1-9][0-9]*)"
_IDENTIFIER = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?", re.ASCII
)
_CANDIDATE = "rc"


class Level(IntEnum):
    """How much a change asks of the next version."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


@total_ordering
@dataclass(frozen=True)
class Version:
    """A version, ordered by SemVer precedence; `prerelease` is empty for a final one."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[Identifier, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Version:
        """The version that `text` is, without prefix, blanks or build metadata.

        Raises:
            ValueError: `text` is no such version.
        """
        match = _VERSION.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a version such as 1.2.3 or 1.2.3-rc.1")
        major, minor, patch, prerelease = match.groups()
        identifiers = prerelease.split(".") if prerelease else ()
        return cls(
            int(major), int(minor), int(patch), tuple(int(i) if i.isdigit() else i for i in identifiers)
        )

    @classmethod
    def parse_or_none(cls, text: str) -> Version | None:
        """The version that `text` is, or None if it is none."""
        try:
            return cls.parse(text)
        except ValueError:
            return None

    def __str__(self) -> str:
        core = f"{self.major}.{self.minor}.{self.patch}"
        return f"{core}-{'.'.join(map(str, self.prerelease))}" if self.prerelease else core

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self._precedence < other._precedence

    @property
    def _precedence(self) -> tuple[object, ...]:
        ranks = tuple((0, i, "") if isinstance(i, int) else (1, 0, i) for i in self.prerelease)
        return (self.major, self.minor, self.patch, self.is_final, ranks)

    @property
    def is_final(self) -> bool:
        """Whether this is a release and no pre-release."""
        return not self.prerelease

    @property
    def candidate(self) -> int | None:
        """N of `X.Y.Z-rc.N`, else None."""
        if len(self.prerelease) != 2 or self.prerelease[0] != _CANDIDATE:
            return None
        number = self.prerelease[1]
        return number if isinstance(number, int) else None

    @property
    def final(self) -> Version:
        """The release that this is, or is a pre-release of."""
        return replace(self, prerelease=())

    def bump(self, level: Level) -> Version:
        """The final version that is `level` above this one's final; for `NONE` this version itself."""
        if level is Level.MAJOR:
            return Version(self.major + 1, 0, 0)
        if level is Level.MINOR:
            return Version(self.major, self.minor + 1, 0)
        if level is Level.PATCH:
            return Version(self.major, self.minor, self.patch + 1)
        return self

    def with_candidate(self, number: int) -> Version:
        """`X.Y.Z-rc.NUMBER` of this version's final."""
        return replace(self, prerelease=(_CANDIDATE, number))
