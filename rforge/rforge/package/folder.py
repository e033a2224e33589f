"""A package folder under inspection: hands out files, minds the deadline, notes what cannot be read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rforge.package.description import Description, parse_description

if TYPE_CHECKING:
    from pathlib import Path

    from rforge.deadline import Deadline

MAX_BYTES = 1024 * 1024
"""No more of a single file is read, so that no file can use up a budget; real ones stay below it."""

MAX_BYTES_OF = {"DESCRIPTION": 128 * 1024, "NAMESPACE": 256 * 1024}
"""Less is read of these, which are judged entry by entry; the longest real ones have a fifth of that."""


@dataclass(frozen=True)
class FileText:
    """A file's text, and the encoding that it was read with: `utf-8` or `latin1`."""

    text: str
    encoding: str


@dataclass(frozen=True)
class Read:
    """A file that was read, and how many bytes of it."""

    path: str
    bytes: int


class PackageFolder:
    """The files below one folder; paths are relative to it, with forward slashes.

    Every method raises TimeBudgetExceeded once the deadline has passed.
    """

    def __init__(self, root: Path, deadline: Deadline) -> None:
        self.root = root
        self.deadline = deadline
        self.unreadable: list[str] = []
        self.reads: list[Read] = []

    @cached_property
    def description(self) -> Description:
        """The package's description, read once; an empty one where there is no such file."""
        file = self.read("DESCRIPTION")
        return parse_description(file) if file is not None else Description({})

    def read(self, path: str) -> FileText | None:
        """The text of a regular file, or None when there is none or it cannot be read."""
        self.deadline.check()
        file = self.root / path
        limit = MAX_BYTES_OF.get(path, MAX_BYTES)
        try:
            if not file.is_file():
                return None
            with file.open("rb") as stream:
                content = stream.read(limit + 1)
        except OSError:
            self.unreadable.append(path)
            return None
        self.reads.append(Read(path, min(len(content), limit)))
        if len(content) > limit:
            self.unreadable.append(f"{path} (beyond its first {limit // 1024} KiB)")
        return decode(content[:limit])

    def has(self, path: str) -> bool:
        """Whether there is a regular file of that path."""
        self.deadline.check()
        try:
            return (self.root / path).is_file()
        except OSError:
            return False

    def files(self, folder: str, suffixes: tuple[str, ...]) -> tuple[str, ...]:
        """The regular files directly in `folder` whose names end in one of `suffixes`, sorted."""
        self.deadline.check()
        try:
            entries = sorted((self.root / folder).iterdir(), key=lambda entry: entry.name)
            found = [entry.name for entry in entries if entry.name.endswith(suffixes) and entry.is_file()]
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError:
            self.unreadable.append(folder)
            return ()
        return tuple(f"{folder}/{name}" for name in found if not name.startswith("."))

    def folders(self, folder: str) -> tuple[str, ...]:
        """The names of the folders directly in `folder`, sorted; links and hidden ones are left out."""
        self.deadline.check()
        try:
            with os.scandir(self.root / folder) as entries:
                names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        except OSError:
            return ()
        return tuple(name for name in names if not name.startswith("."))


def decode(content: bytes) -> FileText:
    """Bytes as text: UTF-8 where they are UTF-8, else Latin-1, which takes everything.

    A byte order mark is dropped, and every line ends in a plain newline.
    """
    try:
        text, encoding = content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = content.decode("latin1"), "latin1"
    return FileText(text.replace("\r\n", "\n").replace("\r", "\n"), encoding)
