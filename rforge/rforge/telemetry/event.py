"""The events: of what each kind is made, and in which stream it is written.

The line's schema is phasegate's `telemetry/event.schema.json`; tests hold what is written here against it.
"""

from __future__ import annotations

import sys
from enum import Enum
from typing import TYPE_CHECKING, Dict, Union

if TYPE_CHECKING:
    from rforge.telemetry.account import Account, Mishap

SCHEMA = 1
Members = Dict[str, Union[str, int, float, bool]]

_DIGITS = 6
"""Of seconds: microseconds."""

_SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}


class Kind(Enum):
    """What an event is about: the word for it, and the stream in which it is written."""

    COMMAND = ("command", "plugin-commands")
    CALL = ("call", "plugin-performance")
    ERROR = ("error", "plugin-errors")
    SESSION = ("session", "plugin-usage")
    FEEDBACK = ("feedback", "plugin-usage")
    DOCUMENTATION = ("documentation", "plugin-usage")
    DEBUG = ("debug", "plugin-debug")

    def __init__(self, word: str, stream: str) -> None:
        self.word = word
        self.stream = stream


class Note(Enum):
    """What the debug stream says."""

    TAKEN = "A call was taken."
    ANSWERED = "A call was answered."
    UNANSWERED = "A call had no answer."


def command_members(account: Account) -> Members:
    """A command, however it ended."""
    members: Members = {
        **_asked(account),
        "outcome": account.ending.value,
        "duration_s": _seconds(account.duration_s),
        "budget_s": account.budget_s,
        "packages": account.packages,
        "explicit": account.explicit,
    }
    return {**members, "category": account.category} if account.category else members


def call_members(account: Account, latency_s: float) -> Members:
    """A call of the server, whose answer has left."""
    return {
        **_asked(account),
        "latency_s": _seconds(latency_s),
        "render_s": _seconds(account.render_s),
        "cache_lookups": account.lookups,
        "cache_hits": account.hits,
    }


def error_members(mishap: Mishap, command: str = "") -> Members:
    """An error, of a command or of the plugin."""
    members: Members = {"category": mishap.category, "severity": mishap.severity}
    members.update({"type": mishap.kind} if mishap.kind else {})
    return {"command": command, **members} if command else members


def session_members(*, has_started: bool) -> Members:
    """A run of the server or of the command line."""
    return {
        "outcome": "started" if has_started else "failed",
        "system": _SYSTEMS.get(sys.platform, "other"),
        "python": f"{sys.version_info[0]}.{sys.version_info[1]}",
    }


def _asked(account: Account) -> Members:
    return {"command": account.command, "mode": account.mode, "format": account.format}


def _seconds(seconds: float) -> float:
    return round(max(0.0, seconds), _DIGITS)
