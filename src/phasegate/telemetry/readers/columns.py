"""What of a line readers keep, stream by stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.telemetry.logs.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUPED = ("command", "mode", "format", "version", "explicit", "outcome")
"""What runs can be grouped by."""

KINDS = {
    Stream.COMMANDS: ("command",),
    Stream.PERFORMANCE: ("call",),
    Stream.ERRORS: ("error",),
    Stream.USAGE: ("session", "feedback", "documentation"),
    Stream.DEBUG: ("debug",),
}
"""The events of a stream; others have lost their way, and are left out."""

TYPES = {
    "schema": "BIGINT",
    "timestamp": "TIMESTAMP",
    "probe": "BOOLEAN",
    "explicit": "BOOLEAN",
    "duration_s": "DOUBLE",
    "budget_s": "DOUBLE",
    "latency_s": "DOUBLE",
    "render_s": "DOUBLE",
    **dict.fromkeys(("packages", "cache_lookups", "cache_hits", "score", "documented", "accurate"), "BIGINT"),
}
"""Types of DuckDB; what is not here is text."""

COMMON = ("schema", "timestamp", "id", "event", "plugin", "version", "install", "user", "session", "probe")
OWN = {
    Stream.COMMANDS: (
        "command", "mode", "format", "outcome", "category", "duration_s", "budget_s", "packages", "explicit",
    ),
    Stream.PERFORMANCE: (
        "command", "mode", "format", "latency_s", "render_s", "cache_lookups", "cache_hits",
    ),
    Stream.ERRORS: ("command", "mode", "format", "category", "severity", "type"),
    Stream.USAGE: ("outcome", "score", "documented", "accurate", "system", "python"),
    Stream.DEBUG: ("text",),
}  # fmt: skip
"""The members that lines of a stream have besides the common ones."""


def check_grouped(by: Sequence[str]) -> None:
    """Check what runs shall be grouped by.

    Raises:
        ValueError: they cannot be.
    """
    if not set(by) <= set(GROUPED):
        raise ValueError(f"runs are grouped by {', '.join(GROUPED)}, not {', '.join(by)}")


def members(stream: Stream) -> tuple[str, ...]:
    """All that a line of a stream may hold."""
    return (*COMMON, *OWN[stream])
