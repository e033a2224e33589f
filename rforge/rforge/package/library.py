"""The R packages that are installed on this machine, found without R.

Source of the variables and of the usual places: `?.libPaths`, and R Installation and Administration, 6.1.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rforge.package.description import HARD_FIELDS, STANDARD_PACKAGES
from rforge.package.folder import PackageFolder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rforge.deadline import Deadline

VARIABLES = ("R_LIBS", "R_LIBS_USER", "R_LIBS_SITE")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.]*")
_ENTRIES_BETWEEN_CHECKS = 100
_UNIX = (
    *("/usr/local/lib/R/site-library", "/usr/lib/R/site-library", "/usr/lib/R/library"),
    *("/usr/local/lib/R/library", "/usr/lib64/R/library", "/usr/share/R/library", "/opt/R/*/lib/R/library"),
)
_MACOS = (
    "/Library/Frameworks/R.framework/Resources/library",
    "/Library/Frameworks/R.framework/Versions/*/Resources/library",
    "/opt/homebrew/lib/R/*/site-library",
    "/opt/homebrew/lib/R/library",
)
_OWN = ("R/*-library/*", "Library/R/*/library", "Library/R/*/*/library")
_OWN_WINDOWS = ("AppData/Local/R/win-library/*", "Documents/R/win-library/*")
_WINDOWS = ("R/R-*/library",)


@dataclass(frozen=True)
class Installed:
    """An installed package.

    Attributes:
        name: its name.
        version: its version.
        folder: where it lies.
        hard_dependencies: the packages that it cannot do without; R itself and R's own packages are left out.
    """

    name: str
    version: str
    folder: Path
    hard_dependencies: frozenset[str]


class Library:
    """The packages in some folders, the first that has one counts; what was found once is kept.

    Every method raises TimeBudgetExceeded once the deadline has passed.
    """

    def __init__(self, folders: Sequence[Path], deadline: Deadline) -> None:
        self.folders = tuple(folders)
        self.deadline = deadline
        self._found: dict[str, Installed | None] = {}
        self._recursive: dict[str, frozenset[str]] = {}
        self._bytes: dict[str, int] = {}

    def find(self, name: str) -> Installed | None:
        """The installed package of that name, or None."""
        if name not in self._found:
            self._found[name] = self._look(name)
        return self._found[name]

    def recursive(self, name: str) -> frozenset[str] | None:
        """All that a package cannot do without, and what that needs in turn; None when it is not installed.

        R's own packages are left out. One that is not installed is named, but what it needs is unknown.
        """
        if self.find(name) is None:
            return None
        if name not in self._recursive:
            found: set[str] = set()
            waiting = [name]
            while waiting:
                self.deadline.check()
                package = self.find(waiting.pop())
                new = package.hard_dependencies - found if package is not None else frozenset()
                found |= new
                waiting += new
            self._recursive[name] = frozenset(found)
        return self._recursive[name]

    def installed_bytes(self, name: str) -> int:
        """The size of an installed package's files; 0 when it is not installed."""
        package = self.find(name)
        if package is None:
            return 0
        if name not in self._bytes:
            self._bytes[name] = sum(self._sizes(package.folder))
        return self._bytes[name]

    def _look(self, name: str) -> Installed | None:
        if not _NAME.fullmatch(name):
            return None
        for folder in self.folders:
            description = PackageFolder(folder / name, self.deadline).description
            if description.name == name:
                needed = description.declared(*HARD_FIELDS) - STANDARD_PACKAGES
                return Installed(name, description.version, folder / name, needed)
        return None

    def _sizes(self, folder: Path) -> Iterator[int]:
        waiting = [folder]
        while waiting:
            self.deadline.check()
            try:
                with os.scandir(waiting.pop()) as entries:
                    for count, entry in enumerate(entries):
                        if count % _ENTRIES_BETWEEN_CHECKS == 0:
                            self.deadline.check()
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(Path(entry.path))
                        else:
                            yield entry.stat(follow_symlinks=False).st_size
            except OSError:
                continue


def find_library(deadline: Deadline, environment: Mapping[str, str] = os.environ) -> Library:
    """The installed packages of this machine: the folders that the variables name, then the usual places."""
    places: list[Path] = []
    for variable in VARIABLES:
        texts = environment.get(variable, "").split(os.pathsep)
        places += [Path(text) for text in texts if text and text != "NULL" and "%" not in text]
    if environment.get("R_HOME"):
        places.append(Path(environment["R_HOME"]) / "library")
    places += _usual(environment)
    folders: dict[Path, None] = {}
    for place in places:
        deadline.check()
        if place.is_absolute() and _is_folder(place):
            folders.setdefault(place)
    return Library(list(folders), deadline)


def _usual(environment: Mapping[str, str]) -> Iterator[Path]:
    home = environment.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")
    if home:
        own = _OWN_WINDOWS if sys.platform == "win32" else _OWN
        for pattern in own:
            yield from _glob(Path(home), pattern)
    if sys.platform == "win32":
        for pattern in _WINDOWS:
            yield from _glob(Path(environment.get("PROGRAMFILES", "")), pattern)
        return
    for pattern in (*_MACOS, *_UNIX) if sys.platform == "darwin" else _UNIX:
        yield from _glob(Path("/"), pattern[1:])


def _glob(top: Path, pattern: str) -> list[Path]:
    """The newest version first, as far as names tell."""
    try:
        return sorted(top.glob(pattern), reverse=True) if top.is_absolute() else []
    except OSError:
        return []


def _is_folder(place: Path) -> bool:
    try:
        return place.is_dir()
    except (OSError, ValueError):
        return False
