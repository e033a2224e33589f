"""What a check has to say about a file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Severity(str, Enum):
    """Whether a finding keeps a release back."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """A sentence about a file; `line` counts from 1, and None stands for the whole file."""

    path: str
    line: int | None
    message: str
    severity: Severity = Severity.ERROR
    rule: str = "manifest"

    @property
    def place(self) -> str:
        """The path, with the line if there is one; bytes that cannot be printed are escaped."""
        path = self.path.encode("utf-8", "backslashreplace").decode("utf-8")
        return path if self.line is None else f"{path}:{self.line}"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"

    def as_json(self) -> dict[str, Any]:
        """The same for scripts."""
        path = self.path.encode("utf-8", "backslashreplace").decode("utf-8")
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "path": path,
            "line": self.line,
            "message": self.message,
        }
