"""Finding the packages below a folder."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rforge.errors import ValidationError
from rforge.findings import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.deadline import Deadline

MAX_DEPTH = 3
"""How many folders down a package is looked for: an ecosystem is a folder of repositories, some in a subfolder."""

_SKIPPED = frozenset(("node_modules", "renv", "packrat", "revdep", "__pycache__"))
_HEAD_BYTES = 1 << 16
_NAME = re.compile(rb"(?:^|\A\xef\xbb\xbf)Package:[ \t]*([A-Za-z0-9.]*)", re.MULTILINE)


@dataclass(frozen=True)
class Found:
    """A package folder, and the name of the package as far as its DESCRIPTION gives one."""

    folder: Path
    name: str

    def is_called(self, name: str) -> bool:
        """Whether package or folder have that name, in any case of letters."""
        return name.lower() in (self.name.lower(), self.folder.resolve().name.lower())


def find_packages(path: str, deadline: Deadline, unsearched: list[str]) -> tuple[Found, ...]:
    """The packages at or below `path`, sorted by folder; what lies inside a package is part of it.

    Args:
        path: the folder.
        deadline: when to stop.
        unsearched: gets the folders, relative to `path`, that may not be looked into.

    Raises:
        ValidationError: `path` is no folder, or holds no package.
        TimeBudgetExceeded: the deadline passed.
    """
    root = Path(path)
    try:
        is_folder = root.is_dir()
    except (OSError, ValueError):
        is_folder = False
    if not is_folder:
        raise ValidationError(
            f"There is no folder {path!r}.", hint="Give the folder of an R package, or one above it."
        )
    search = _Search(root, deadline, unsearched)
    found = tuple(search.walk(root, MAX_DEPTH))
    if not found and unsearched:
        raise ValidationError(
            f"There is no R package in {path!r} that can be read; not searched: {listed(frozenset(unsearched))}.",
            hint="Make these folders ones that you may read, or give another one.",
        )
    if not found:
        raise ValidationError(
            f"There is no R package in {path!r}: no DESCRIPTION there, nor up to {MAX_DEPTH} folders below.",
            hint="Give the folder of an R package, or one above it.",
        )
    return found


@dataclass(frozen=True)
class _Search:
    root: Path
    deadline: Deadline
    unsearched: list[str]

    def walk(self, folder: Path, depth: int) -> Iterator[Found]:
        self.deadline.check()
        try:
            name = _package_name(folder)
            children = _folders(folder) if name is None and depth else []
        except OSError:
            self.unsearched.append(folder.relative_to(self.root).as_posix())
            return
        if name is not None:
            yield Found(folder, name)
        for child in children:
            yield from self.walk(folder / child, depth - 1)


def _folders(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    return [name for name in names if not name.startswith(".") and name not in _SKIPPED]


def _package_name(folder: Path) -> str | None:
    """The name in DESCRIPTION, or None where there is no package.

    Other tools have files called DESCRIPTION too: R's has a field Package, or (when broken) an R folder beside it. One
    that cannot be read counts, so that somebody says so.

    Raises:
        OSError: the folder cannot be looked into.
    """
    file = folder / "DESCRIPTION"
    if not file.is_file():
        return None
    try:
        with file.open("rb") as stream:
            match = _NAME.search(stream.read(_HEAD_BYTES))
    except OSError:
        return ""
    if match is not None:
        return match[1].decode("ascii")
    return "" if (folder / "R").is_dir() else None
