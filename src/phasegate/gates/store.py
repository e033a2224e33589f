"""The local evidence cache: one file per key, replaced atomically; what cannot be read is absent."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.gates.evidence import Evidence
from phasegate.strict_json import read_json
from phasegate.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class EvidenceStore:
    """Evidence that opened a phase, kept in a folder. Losing it costs time, never correctness."""

    folder: Path

    def find(self, content: str, definition: str, python: str) -> Evidence | None:
        """The evidence that covers all three, if there is any."""
        try:
            value = read_json(self._path(content, definition, python).read_text(encoding="utf-8"))
            evidence = Evidence.from_json(value)
        except (OSError, ValueError):
            return None
        usable = evidence.verdict.opens and evidence.covers(content, definition, python)
        return evidence if usable else None

    def keep(self, evidence: Evidence) -> None:
        """Remember `evidence`, if its verdict opens a phase; a gate that did not pass is judged again."""
        if not evidence.verdict.opens:
            return
        path = self._path(evidence.content, evidence.definition, evidence.python)
        write_whole(path, json.dumps(evidence.as_json(), indent=1, sort_keys=True))

    def _path(self, content: str, definition: str, python: str) -> Path:
        key = hashlib.sha256(f"{content}\0{definition}\0{python}".encode()).hexdigest()
        return self.folder / f"{key}.json"
