"""What would be sent: the files, their sizes, and whether they are committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.lenses.points.answer import problem, ready, unknown

if TYPE_CHECKING:
    from rforge.examined import Examined, Judged
    from rforge.lenses.points.answer import Answer

MAX_BYTES = 5_000_000
"""CRAN asks that neither data nor documentation exceed 5 MB, and a source package should not either."""


def ask_size(judged: Judged, _: Examined) -> Answer:
    """Whether what would be sent is small enough."""
    inventory = judged.package.inventory
    if inventory is None:
        return unknown("the files were not examined")
    total = sum(file.bytes for file in inventory.files)
    largest = max(inventory.files, key=lambda file: file.bytes, default=None)
    named = f"; the largest is {largest.path} with {largest.bytes:,} bytes" if largest else ""
    evidence = f"{len(inventory.files)} files, {total:,} bytes{named}"
    return ready(evidence) if total <= MAX_BYTES else problem(evidence)


def ask_git(judged: Judged, _: Examined) -> Answer:
    """Whether what would be sent is what is committed."""
    git = judged.package.git
    if git is None or git.changed is None:
        return unknown("It is in no git repository that could be asked.")
    if git.changed:
        return problem(f"{git.changed} files are not committed.")
    return ready(f"committed, on {git.branch or git.commit[:12]}")
