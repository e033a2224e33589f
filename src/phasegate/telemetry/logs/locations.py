"""Which folders are meant: paths and patterns, several of each."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    root = Path(pattern.anchor)
    try:
        return sorted(path for path in root.glob(str(pattern.relative_to(root))) if path.is_dir())
    except ValueError:  # it is none that could match anything
        return []
