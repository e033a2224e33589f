"""The files of a source package, as `R CMD build` would take them, and their sizes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rforge.package.build_ignore import FILE, BuildIgnore, parse_build_ignore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.package.folder import PackageFolder

_ENTRIES_BETWEEN_CHECKS = 100


@dataclass(frozen=True)
class FileSize:
    """A file and its size: a path in the package with forward slashes."""

    path: str
    bytes: int


@dataclass(frozen=True)
class Inventory:
    """What the source package would hold.

    Attributes:
        files: every file, in order of their paths; a link counts with its own size and is not followed.
        ignored: files and whole folders that are left out; what lies in such a folder is not listed.
        oddities: lines of `.Rbuildignore` that are not tried, a sentence each.
    """

    files: tuple[FileSize, ...] = ()
    ignored: tuple[str, ...] = ()
    oddities: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(file.bytes for file in self.files)


def read_inventory(folder: PackageFolder) -> Inventory:
    """The inventory of the package in `folder`."""
    rules_file = folder.read(FILE)
    rules = parse_build_ignore(rules_file.text if rules_file is not None else "", folder.description.name)
    files: list[FileSize] = []
    ignored: list[str] = []
    for path, size in _walk(folder, rules, ""):
        if size is None:
            ignored.append(path)
        else:
            files.append(FileSize(path, size))
    files.sort(key=lambda file: file.path)
    return Inventory(tuple(files), tuple(sorted(ignored)), rules.oddities)


def _walk(folder: PackageFolder, rules: BuildIgnore, top: str) -> Iterator[tuple[str, int | None]]:
    """Each file with its size in bytes; None for what is left out."""
    places = [top]
    count = 0
    while places:
        place = places.pop()
        folder.deadline.check()
        for entry in _entries(folder, place):
            count += 1
            if count % _ENTRIES_BETWEEN_CHECKS == 0:
                folder.deadline.check()
            path = f"{place}/{entry.name}" if place else entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if rules.covers(path, is_folder=is_folder):
                yield path, None
            elif is_folder:
                places.append(path)
            else:
                yield path, _size(entry)


def _entries(folder: PackageFolder, place: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder.root / place) as entries:
            return list(entries)
    except OSError:
        folder.unreadable.append(place or ".")
        return []


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0
