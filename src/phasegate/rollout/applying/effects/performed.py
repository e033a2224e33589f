"""What performing an effect gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Performed:
    """The result for the ledger, and files that go to the docs branch with its record."""

    result: str
    docs_files: Mapping[str, bytes] = field(default_factory=dict)
