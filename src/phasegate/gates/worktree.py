"""A temporary checkout of a commit that borrows the user's objects and touches nothing else of theirs."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.git.door import Git

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLONE_SETTINGS = (
    "core.hooksPath=/dev/null",  # a checkout hook of the user's is no part of the tree
    "core.autocrlf=false",  # nor are the line ends that the user likes
    "core.attributesFile=",
    "gc.auto=0",
    "maintenance.auto=false",
    "remote.origin.pushurl=no-gate-may-push",
)


_NO_FILTERS = b"* -filter\n"
"""Attributes: the gates see what is published, such as the pointers of large files, and no program of the user's runs."""


@contextmanager
def temporary_worktree(git: Git, commit: str) -> Iterator[Path]:
    """A folder with `commit` checked out, detached, in a repository of its own; removed afterwards.

    It is a clone and not `git worktree add`, which would show in the user's list of worktrees. The commit
    needs no ref: the clone reads the user's object database as its own.

    Raises:
        PhasegateError: `git-failed`, with git's own words.
    """
    temporary = tempfile.TemporaryDirectory(prefix="phasegate-gate-")
    try:
        # A name without links, because tools compare the paths they are given with those they resolve.
        folder = Path(temporary.name).resolve() / "tree"
        _check_out(git, commit, folder)
        yield folder
    finally:
        with suppress(OSError):  # a process that a gate left behind must not turn a verdict into an error
            temporary.cleanup()


def _check_out(git: Git, commit: str, folder: Path) -> None:
    source = git.run("rev-parse", "--path-format=absolute", "--git-common-dir")
    settings = [part for setting in _CLONE_SETTINGS for part in ("--config", setting)]
    git.run(
        "clone", "--quiet", "--shared", "--no-checkout", "--template=", *settings, "--", source, str(folder)
    )
    # git ignores --shared when the user's repository is shallow, so the loan is written down once more.
    loan = os.fsencode(f"{Path(source, 'objects').as_posix()}\n")  # no CR: git would keep it
    _write(folder / ".git" / "objects" / "info" / "alternates", loan)
    _write(folder / ".git" / "info" / "attributes", _NO_FILTERS)
    clone = Git(folder, git.environment)
    commit_id = clone.run("rev-parse", "--verify", "--end-of-options", f"{commit}^{{commit}}")
    clone.run("checkout", "--quiet", "--detach", commit_id)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
