"""Commit messages read as python-semantic-release reads them, with its default options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Callable

from phasegate.version.semver import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from semantic_release.commit_parser.conventional.parser import ConventionalCommitParser

    from phasegate.version.history import Commit


@dataclass(frozen=True)
class Change:
    """One conventional commit message; a squashed commit holds several.

    Attributes:
        level: how much it asks of the next version.
        kind: its type as written, such as `feat`.
        scope: the part it concerns, or an empty text.
        summary: its subject, without type and scope.
        breaking: the descriptions of its BREAKING CHANGE footers; `!` alone gives none.
        commit: the id of the commit that holds it.
    """

    level: Level
    kind: str
    scope: str
    summary: str
    breaking: tuple[str, ...]
    commit: str

    def told(self, discreet: Callable[[str], str]) -> Change:
        """The same change, its texts as `discreet` gives them."""
        return replace(
            self,
            scope=discreet(self.scope),
            summary=discreet(self.summary),
            breaking=tuple(map(discreet, self.breaking)),
        )


def changes_in(commits: Iterable[Commit]) -> tuple[Change, ...]:
    """The changes that `commits` describe, in their order; merges and unconventional messages describe none."""
    readable = [commit for commit in commits if not commit.is_merge]
    if not readable:
        return ()
    from phasegate.version.parser import conventional_parser

    parser = conventional_parser()
    return tuple(change for commit in readable for change in _changes_of(commit, parser))


def _changes_of(commit: Commit, parser: ConventionalCommitParser) -> Iterator[Change]:
    for message in parser.unsquash_commit_message(commit.message) or [commit.message]:
        parsed = parser.parse_message(message)
        subject = parser.commit_subject.match(message)
        if parsed is not None and subject is not None:
            yield Change(
                level=_level(parsed.bump.name),
                kind=parsed.type,
                scope=parsed.scope,
                summary=subject["subject"].strip(),
                breaking=parsed.breaking_descriptions,
                commit=commit.id,
            )


def _level(bump: str) -> Level:
    return Level[bump] if bump in Level.__members__ else Level.NONE
