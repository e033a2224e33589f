"""The health score: 100 points in six parts, of which the findings take their share.

A part's points are its weight times max(0, 1 - the sum of its findings' shares): an error takes half of the part, a warning
a quarter, a note a twentieth, and some findings say for themselves (no tests at all take the whole part; undocumented
exports take their share of all exports). A part that was not examined, or not read whole, has no points and no weight,
so that the score is that of what was examined. The weights are a convention of rforge's own: what breaks an installation
weighs most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rforge.findings import Category

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rforge.findings import Finding
    from rforge.package.survey import Package

WEIGHTS = {
    Category.METADATA: 25,
    Category.NAMESPACE: 20,
    Category.DOCUMENTATION: 20,
    Category.TESTS: 20,
    Category.NEWS: 10,
    Category.VIGNETTES: 5,
}


@dataclass(frozen=True)
class Part:
    """One part of a score; `points` is None when the part was not examined."""

    category: Category
    weight: int
    points: float | None


@dataclass(frozen=True)
class Health:
    """A score from 0 to 100 and its parts; the score is None when nothing was examined."""

    score: int | None
    parts: tuple[Part, ...]


def judge_health(package: Package, findings: Sequence[Finding]) -> Health:
    """The health of a package with these findings."""
    examined = _examined(package)
    parts = tuple(
        Part(category, weight, _points(category, weight, findings) if category in examined else None)
        for category, weight in WEIGHTS.items()
    )
    total = sum(part.weight for part in parts if part.points is not None)
    gained = sum(part.points for part in parts if part.points is not None)
    return Health(round(100 * gained / total) if total else None, parts)


def _points(category: Category, weight: int, findings: Sequence[Finding]) -> float:
    lost = sum(finding.share for finding in findings if finding.category is category)
    return round(weight * max(0.0, 1.0 - lost), 1)


def _examined(package: Package) -> frozenset[Category]:
    read = {
        Category.METADATA: "description" not in package.unread and not package.misses("DESCRIPTION"),
        Category.NAMESPACE: package.namespace is not None and not package.misses("NAMESPACE"),
        Category.DOCUMENTATION: package.manual is not None
        and package.namespace is not None
        and not package.misses("man", "help"),
        Category.TESTS: package.testing is not None,
        Category.NEWS: package.news is not None,
        Category.VIGNETTES: package.vignettes is not None,
    }
    return frozenset(category for category, was_read in read.items() if was_read)
