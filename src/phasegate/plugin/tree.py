"""Files, wherever they are: in a folder, in a git tree, in memory.

Paths are posix, relative to the repository; names that are no UTF-8 survive as surrogates. A symbolic link reads as
its target's name, as in git, and is never followed.
"""

from __future__ import annotations

import os
import posixpath
import stat
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.objects import read_objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from phasegate.git.door import Git

REGULAR, EXECUTABLE, SYMLINK, SUBMODULE = "100644", "100755", "120000", "160000"
"""The modes that git gives what a tree lists."""


class Files(Protocol):
    """What a tree holds; reading never changes it."""

    def paths(self) -> tuple[str, ...]:
        """Every file, link and submodule, sorted."""
        ...

    def mode(self, path: str) -> str:
        """The mode that git gives `path`, one that `paths` names."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes of `path`; None where there is no such file."""
        ...

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The bytes of those of `paths` that are files."""
        ...


class _Listed(ABC):
    """What all kinds of files share: a listing, taken once, so that a path it does not name is never read."""

    def __init__(self, modes: Mapping[str, str]) -> None:
        self._modes = dict(sorted(modes.items()))

    def paths(self) -> tuple[str, ...]:
        """Every file, link and submodule, sorted."""
        return tuple(self._modes)

    def mode(self, path: str) -> str:
        """The mode that git gives `path`, one that `paths` names."""
        return self._modes[path]

    def read(self, path: str) -> bytes | None:
        """The bytes of `path`; None where there is no such file."""
        return self.read_many((path,)).get(path)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The bytes of those of `paths` that are files."""
        return self._contents([path for path in paths if self._modes.get(path, SUBMODULE) != SUBMODULE])

    @abstractmethod
    def _contents(self, paths: list[str]) -> dict[str, bytes]:
        """The bytes of `paths`, all of which are files."""


class MemoryFiles(_Listed):
    """Files that exist nowhere else: for planning and for tests."""

    def __init__(self, contents: Mapping[str, bytes], modes: Mapping[str, str] | None = None) -> None:
        super().__init__({**dict.fromkeys(contents, REGULAR), **(modes or {})})
        self._bytes = dict(contents)

    def _contents(self, paths: list[str]) -> dict[str, bytes]:
        return {path: self._bytes[path] for path in paths}


class FolderFiles(_Listed):
    """A working folder without its `.git`; a repository inside it counts as a submodule.

    `modes` (path → mode) replaces the walk through the folder.
    """

    def __init__(self, root: Path, modes: Mapping[str, str] | None = None) -> None:
        super().__init__(dict(_walk(root, "")) if modes is None else modes)
        self.root = root

    def _contents(self, paths: list[str]) -> dict[str, bytes]:
        return {path: _read_unfollowed(Path(self.root, path)) for path in paths}


class TreeFiles(_Listed):
    """A tree (or a commit's tree) in git's object store; one process lists it, one reads any number of files."""

    def __init__(self, git: Git, tree: str) -> None:
        self._objects = dict(_tree_entries(git, tree))
        super().__init__({path: mode for path, (mode, _) in self._objects.items()})
        self._git = git
        self._blobs: dict[str, bytes] = {}

    def _contents(self, paths: list[str]) -> dict[str, bytes]:
        wanted = {path: self._objects[path][1] for path in paths}
        missing = sorted(set(wanted.values()) - self._blobs.keys())
        if missing:
            self._blobs.update(_read_blobs(self._git, missing))
        return {path: self._blobs[object_id] for path, object_id in wanted.items()}


def checkout_files(git: Git) -> FolderFiles:
    """The working folder at `git.folder` as git sees it: what is tracked and there, what is new and not ignored.

    Modes of tracked files are the index's, so that they are right on file systems that have none.
    """
    root = git.folder
    tracked = {
        path: entry.split(" ", 1)[0]
        for entry, _, path in (
            line.partition("\t") for line in _zero_separated(git, "ls-files", "-z", "--stage")
        )
    }
    others = _zero_separated(git, "ls-files", "-z", "--others", "--exclude-standard")
    new = [
        path.rstrip("/") for path in others
    ]  # git ends the name of a repository inside this one with a slash
    linked = {folder for folder in _folders_above(tracked) if Path(root, folder).is_symlink()}
    there = {
        path: mode
        for path, mode in tracked.items()
        if _is_in_git(Path(root, path)) and not linked.intersection(_folders_above([path]))
    }
    return FolderFiles(root, {**{path: _mode_on_disk(root, path) for path in new}, **there})


def join(folder: str, name: str) -> str:
    """`name` below `folder`, where `.` is the repository itself."""
    return posixpath.normpath(posixpath.join(folder, name))


def paths_below(files: Files, folder: str) -> tuple[str, ...]:
    """The paths of `files` in `folder`, at any depth."""
    return files.paths() if folder == "." else tuple(p for p in files.paths() if p.startswith(f"{folder}/"))


def _walk(root: Path, below: str) -> Iterator[tuple[str, str]]:
    with os.scandir(Path(root, below)) as entries:
        for entry in entries:
            path = f"{below}{entry.name}"
            if entry.name == ".git":
                continue
            if entry.is_symlink() or not entry.is_dir(follow_symlinks=False):
                if _is_in_git(Path(entry.path)):
                    yield path, _mode_on_disk(root, path)
            elif os.path.lexists(Path(entry.path, ".git")):
                yield path, SUBMODULE
            else:
                yield from _walk(root, f"{path}/")


def _folders_above(paths: Iterable[str]) -> set[str]:
    return {path[:end] for path in paths for end, letter in enumerate(path) if letter == "/"}


def _is_in_git(path: Path) -> bool:
    """Whether there is something of a kind that git keeps; reading a pipe would wait for ever."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode)


def _read_unfollowed(path: Path) -> bytes:
    return os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()


def _mode_on_disk(root: Path, path: str) -> str:
    mode = Path(root, path).lstat().st_mode
    if stat.S_ISLNK(mode):
        return SYMLINK
    if stat.S_ISDIR(mode):
        return SUBMODULE
    return EXECUTABLE if mode & stat.S_IXUSR else REGULAR


def _zero_separated(git: Git, *arguments: str) -> list[str]:
    return git.run_bytes(*arguments).decode("utf-8", "surrogateescape").split("\0")[:-1]


def _tree_entries(git: Git, tree: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for line in _zero_separated(git, "ls-tree", "-r", "-z", "--full-tree", "--end-of-options", tree):
        entry, _, path = line.partition("\t")
        mode, _, object_id = entry.split(" ")
        yield path, (mode, object_id)


def _read_blobs(git: Git, object_ids: list[str]) -> dict[str, bytes]:
    found = read_objects(git, object_ids)
    missing = [object_id for object_id in object_ids if object_id not in found]
    if missing:
        raise PhasegateError(
            ErrorCode.GIT_FAILED,
            f"Object {missing[0]} is not in this repository.",
            why="the clone is partial, or damaged",
            hint="Fetch it whole, and repeat the command.",
        )
    return found
