"""Finding the packages below a folder."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rforge.errors import ValidationError

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


def find_packages(path: str, deadline: Deadline) -> tuple[Found, ...]:
    """The packages at or below `path`, sorted by folder; what lies inside a package is part of it.

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
    found = tuple(_walk(root, MAX_DEPTH, deadline))
    if not found:
        raise ValidationError(
            f"There is no R package in {path!r}: no DESCRIPTION there, nor up to {MAX_DEPTH} folders below.",
            hint="Give the folder of an R package, or one above it.",
        )
    return found


def _walk(folder: Path, depth: int, deadline: Deadline) -> Iterator[Found]:
    deadline.check()
    name = _package_name(folder)
    if name is not None:
        yield Found(folder, name)
        return
    for child in _folders(folder) if depth else ():
        yield from _walk(folder / child, depth - 1, deadline)


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
    return [name for name in names if not name.startswith(".") and name not in _SKIPPED]


def _package_name(folder: Path) -> str | None:
    """The name in DESCRIPTION, or None where there is no package.

    Other tools have files called DESCRIPTION too: R's has a field Package, or (when broken) an R folder beside it.
    """
    file = folder / "DESCRIPTION"
    try:
        if not file.is_file():
            return None
        with file.open("rb") as stream:
            match = _NAME.search(stream.read(_HEAD_BYTES))
        if match is not None:
            return match[1].decode("ascii")
        return "" if (folder / "R").is_dir() else None
    except OSError:
        return None
