"""How much a client downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.plugin.finding import Finding, Severity
from phasegate.plugin.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.plugin.rule import Subject

LIMIT_BYTES = 5_000_000


class FileSize(Rule):
    """No file is larger than 5 MB"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Fetch it when it is needed, or do without: every client downloads the whole history of its branch."""
        for path in subject.delivered_paths():
            size = len(subject.files.read(path) or b"")
            if size > LIMIT_BYTES:
                yield Finding(path, None, f"has {size / 1e6:.1f} MB", Severity.WARNING)
