"""Which folders are meant: paths and patterns, several of each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_FOLDER = "~/.claude/logs"
"""Where the plugins of Claude Code log."""


def expand(folders: Iterable[str | os.PathLike[str]]) -> tuple[list[Path], list[Path]]:
    """The folders that are there, each once, and what is not there: paths, and patterns that nothing matches.

    What exists under the very name is that, whatever its characters could mean; `~` is the user's home.
    """
    found: dict[str, Path] = {}
    missing: list[Path] = []
    for given in folders:
        path = Path(given).expanduser().absolute()
        matches = [path] if _is_there(path) else _matches(path)
        if not matches:
            missing.append(path)
        for match in matches:
            found.setdefault(os.path.realpath(match), match)
    return list(found.values()), list(dict.fromkeys(missing))


def _is_there(path: Path) -> bool:
    """Whether there is something, or may be: what may not be looked at is not missing."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        pass
    return True


def _matches(pattern: Path) -> list[Path]:
    root = Path(pattern.anchor)
    return sorted(path for path in root.glob(str(pattern.relative_to(root))) if path.is_dir())
