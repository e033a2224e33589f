"""What git says about a branch: its last release, and the commits since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from phasegate.git.objects import is_ancestor
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from phasegate.git.door import Git

TAGS = "refs/tags/"
"""Where git keeps tags; observed tags of a remote live under a prefix of their own."""


class Released(NamedTuple):
    """A release tag by its full ref name, and the version that it names."""

    ref: str
    version: Version


@dataclass(frozen=True)
class Commit:
    """A commit's id, how many parents it has, and its message; bytes that are no UTF-8 are replaced."""

    id: str
    parents: int
    message: str

    @property
    def is_merge(self) -> bool:
        """Whether this commit joins several lines of history."""
        return self.parents > 1


def released_before(
    git: Git, source: str, tag_format: str, prefix: str = TAGS, tags: Iterable[str] | None = None
) -> Released | None:
    """The highest final version among the tags of commit `source` and its ancestors, or None.

    A tag counts if it is `tag_format` with a whole version: floating tags (`v2`), foreign tags and
    tags of trees or blobs do not. Mostly the highest tag is an ancestor, which git tells without a walk over
    all of history.

    Args:
        git: the repository.
        source: a commit id, or a ref that names a commit.
        tag_format: such as `v{version}`.
        prefix: the namespace of the tags, with its last slash.
        tags: the full names of all refs there, where the caller has them; else git is asked.

    Raises:
        PhasegateError: `git-failed`, if `source` names no commit.
    """
    shape = f"{prefix}{tag_format}"
    highest = _highest(shape, _listed(git, shape) if tags is None else tags)
    if highest is None or is_ancestor(git, highest.ref, source):
        return highest
    return _highest(shape, _listed(git, shape, f"--merged={source}"))


def _listed(git: Git, shape: str, *options: str) -> list[str]:
    return git.run(
        "for-each-ref", "--format=%(refname)", *options, shape.replace("{version}", "*")
    ).splitlines()


def _highest(shape: str, refs: Iterable[str]) -> Released | None:
    finals = (released for released in released_as(shape, refs) if released.version.is_final)
    return max(finals, key=lambda released: released.version, default=None)


def released_as(shape: str, refs: Iterable[str]) -> Iterator[Released]:
    """Those of `refs` that are `shape` with a whole version in the place of `{version}`."""
    before, after = shape.split("{version}")
    for ref in refs:
        if ref.startswith(before) and ref.endswith(after):
            version = Version.parse_or_none(ref[len(before) : len(ref) - len(after)])
            if version is not None:
                yield Released(ref, version)


def commits_since(git: Git, source: str, base: str | None) -> tuple[Commit, ...]:
    """The commits that `source` reaches and `base` does not, newest first; all of them if `base` is None.

    Args:
        git: the repository.
        source: a commit id, or a ref that names a commit.
        base: the same, such as the ref of the last release.

    Raises:
        PhasegateError: `git-failed`, if one of the two names no commit.
    """
    output = git.run_bytes(
        "log",
        "-z",
        "--format=%H %P%n%B",
        "--encoding=UTF-8",  # whatever the commits or the user's settings say
        "--no-show-signature",  # a setting would mix the signature check into the messages
        "--end-of-options",
        source,
        *([f"^{base}"] if base else []),
        "--",
    )
    return tuple(_commit(record) for record in output.decode("utf-8", "replace").split("\0") if record)


def _commit(record: str) -> Commit:
    header, _, message = record.partition("\n")
    commit_id, *parents = header.split(" ")
    return Commit(commit_id, len([parent for parent in parents if parent]), message)
