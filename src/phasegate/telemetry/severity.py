"""How bad something is that was seen of a plugin in use. Pure."""

from __future__ import annotations

from enum import Enum


class Severity(str, Enum):
    """How urgent it is, most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
