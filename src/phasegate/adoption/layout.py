"""Which branch is the source, and which one the public follows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from collections.abc import Mapping

WORK_BRANCHES = ("dev", "develop", "development")
PUBLIC_BRANCHES = ("main", "master")

Contains = Callable[[str, str], "bool | None"]
"""Whether all work in the second commit is in the first one too; None where that cannot be told."""


@dataclass(frozen=True)
class Layout:
    """Which branches play which part.

    Attributes:
        source: the branch that people work on; None where nothing tells.
        stable: the branch that the public follows already; None where there is none.
        perhaps: source and public branch as they may be meant, for a person to decide.
    """

    source: str | None
    stable: str | None = None
    perhaps: tuple[str, str] | None = None


def choose_layout(default: str | None, branches: Mapping[str, str], contains: Contains) -> Layout:
    """The layout that the branches show.

    Work on `dev` and publishing on `main` is seen where `main` holds no work but that of `dev`.

    Args:
        default: the remote's default branch; None where it names none.
        branches: branch → commit.
        contains: answers about two commits.
    """
    if default is None and len(branches) == 1:
        return Layout(next(iter(branches)))
    work = _either(default, WORK_BRANCHES, branches)
    public = _either(default, PUBLIC_BRANCHES, branches)
    if work is None or public is None or default not in (work, public):
        return Layout(default)
    if contains(branches[work], branches[public]):
        return Layout(work, stable=public)
    if default == public and contains(branches[public], branches[work]):
        return Layout(public)  # the other one is a leftover
    return Layout(default, perhaps=(work, public))


def _either(default: str | None, names: tuple[str, ...], branches: Mapping[str, str]) -> str | None:
    """The default branch where it is one of `names`, else the first of them that is there."""
    ordered = sorted(names, key=lambda name: name != default)
    return next((name for name in ordered if name in branches), None)
