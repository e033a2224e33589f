"""Which folders are meant: paths and patterns, several of each."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PATTERN = frozenset("*?[")


def expand(folders: Iterable[str | os.PathLike[str]]) -> tuple[list[Path], list[Path]]:
    """The folders that are there, each once, and what is not there: paths, and patterns that nothing matches.

    What exists under the very name is that, whatever its characters could mean; `~` is the user's home.
    """
    found: dict[str, Path] = {}
    missing: list[Path] = []
    for given in folders:
        path = _absolute(given)
        matches = [path] if _is_there(path) else _matches(path)
        if not matches:
            missing.append(path)
        for match in matches:
            found.setdefault(os.path.realpath(match), match)
    return list(found.values()), list(dict.fromkeys(missing))


def first_plain(folders: Iterable[str | os.PathLike[str]]) -> Path | None:
    """The first of them that is no pattern: one that something new may be written to."""
    paths = map(_absolute, folders)
    return next((path for path in paths if not _PATTERN & set(str(path)) or _is_there(path)), None)


def shown(path: Path) -> str:
    """The path for people: reports are handed on, and who has the home is nobody's business."""
    with suppress(RuntimeError, ValueError):  # nobody knows the home, or it is elsewhere
        return str("~" / path.relative_to(Path.home()))
    return str(path)


def not_there(missing: Iterable[Path]) -> tuple[str, ...]:
    """What is missing, as sentences for people."""
    return tuple(f"{shown(folder)} is not there" for folder in missing)


def _absolute(given: str | os.PathLike[str]) -> Path:
    path = Path(given)
    with suppress(RuntimeError):  # nobody knows the home of that user: then nothing is there
        path = path.expanduser()
    return path.absolute()


def _is_there(path: Path) -> bool:
    """Whether there is something, or may be: what may not be looked at is not missing."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except ValueError:  # no name can have that character
        return False
    except OSError:
        pass
    return True


def _matches(pattern: Path) -> list[Path]:
    """The folders that a pattern names; what may not be looked into, or leads nowhere, is one of them: its reader says so.

    `Path.glob` leaves those out in silence, and who judges by the rest would not know that there is more.
    """
    root = Path(pattern.anchor)
    return sorted(set(_below(root, pattern.relative_to(root).parts)))


def _below(folder: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    if not parts:
        yield folder
        return
    name, rest = parts[0], parts[1:]
    if name == "**":
        yield from _below(folder, rest)
    elif not _PATTERN & set(name):
        if _is_there(folder / name) and (rest or _is_folder(folder / name) is not False):
            yield from _below(folder / name, rest)
        return
    try:
        with os.scandir(folder) as entries:
            found = [(folder / entry.name, entry.is_symlink()) for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        yield folder
        return
    for path, is_link in found:
        is_folder = _is_folder(path)
        if name == "**":
            yield from _below(path, parts) if is_folder and not is_link else ()
        elif fnmatch(path.name, name):
            yield from [path] if is_folder is None else _below(path, rest) if is_folder else ()


def _is_folder(path: Path) -> bool | None:
    """Whether it is a folder; None where it leads to something that nobody can see."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return None
