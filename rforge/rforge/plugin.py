"""The plugin's own files as the running server sees them: the flag file and the manifest; and its log on stderr."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rforge.flags import Flags

ROOT = Path(__file__).resolve().parent.parent
"""The plugin's folder: where `flags.json` and `.claude-plugin/plugin.json` lie."""

UNKNOWN_VERSION = "0.0.0"


def _nobody_asked(_error: Exception) -> None:
    """Nobody wants to know more than the log says."""


def log(message: str) -> None:
    """Write a line to stderr, if anybody reads it: no answer fails for want of a log; stdout belongs to the protocol."""
    with contextlib.suppress(OSError, ValueError):  # ValueError: the stream is closed
        print(f"rforge: {message}", file=sys.stderr, flush=True)


def load_flags(root: Path = ROOT) -> Flags:
    """The flags of the plugin; a missing or broken file is logged, and every flag is off; a broken flag is off alone."""
    from rforge.errors import PluginError
    from rforge.flags import Flags, parse_flags

    try:
        flags = parse_flags((root / "flags.json").read_text(encoding="utf-8"))
    except PluginError as error:
        flags = Flags(broken=(error,))
    except (OSError, UnicodeDecodeError) as error:
        flags = Flags(
            broken=(PluginError("Every flagged feature", f"the flag file cannot be read ({error})."),)
        )
    for problem in flags.broken:
        log(str(problem))
    return flags


def load_version(root: Path = ROOT, broken: Callable[[Exception], None] = _nobody_asked) -> str:
    """The version that the release stamped into the manifest; `broken` is told where there is none."""
    try:
        manifest = json.loads((root / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))
        return str(manifest["version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        log(f"the manifest names no version ({error!r}).")
        broken(error)
        return UNKNOWN_VERSION


def current_user() -> str:
    """Whom the flags are asked about: `RFORGE_USER`, else the login name, else nobody in particular."""
    named = os.environ.get("RFORGE_USER")
    if named:
        return named
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no login name: ImportError and KeyError before Python 3.13
        return ""


def data_folder() -> Path | None:
    """Where the client lets the plugin keep what outlives an update (`CLAUDE_PLUGIN_DATA`), or None."""
    named = os.environ.get("CLAUDE_PLUGIN_DATA")
    return Path(named) if named else None
