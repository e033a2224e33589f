"""What a gate built, kept as a tree in the user's object database."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phasegate.git.door import Git

# The bytes that were built are the bytes that are kept, whatever the user's settings say.
_AS_IS = ("-c", "core.autocrlf=false", "-c", "core.safecrlf=false", "-c", "core.attributesFile=")


def write_artifact(git: Git, worktree: Path, name: str) -> str | None:
    """The id of the tree with the files of folder `name` of `worktree`; None if there are none.

    A temporary index is used, so the user's own is not touched.

    Raises:
        PhasegateError: `git-failed`, with git's own words.
    """
    folder = (worktree / name).resolve()
    if worktree.resolve() not in folder.parents or not _has_files(folder):
        return None
    with tempfile.TemporaryDirectory(prefix="phasegate-artifact-") as temporary:
        door = git.with_environment(GIT_INDEX_FILE=str(Path(temporary, "index")))
        door.run(*_AS_IS, f"--work-tree={folder}", "add", "--all", "--force")
        return door.run("write-tree")


def artifact_exists(git: Git, tree: str) -> bool:
    """Whether `tree` and all it holds are still in the object database (git prunes what no ref names)."""
    return git.attempt("rev-list", "--objects", "--quiet", "--end-of-options", tree).status == 0


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))
