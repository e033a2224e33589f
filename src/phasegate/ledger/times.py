"""Times as the ledger writes them: ISO 8601, UTC, whole seconds."""

from __future__ import annotations

from datetime import datetime, timezone


def iso(at_s: int) -> str:
    """Seconds since 1970 as ISO 8601, UTC."""
    return datetime.fromtimestamp(at_s, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> int:
    """The inverse of `iso`."""
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp())
