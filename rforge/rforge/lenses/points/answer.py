"""What a point of a release is answered with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Tuple

from rforge.findings import Severity
from rforge.report import Readiness

if TYPE_CHECKING:
    from rforge.examined import Judged
    from rforge.findings import Category

Answer = Tuple[Readiness, str]
"""Whether the package is ready in that point, and what was seen."""


def ready(evidence: str) -> Answer:
    """Nothing stands in the way."""
    return Readiness.READY, evidence


def problem(evidence: str) -> Answer:
    """Something does."""
    return Readiness.PROBLEM, evidence


def unknown(evidence: str) -> Answer:
    """It cannot be known from here, or somebody has to look at it."""
    return Readiness.UNKNOWN, evidence


def answer_of_checks(judged: Judged, category: Category) -> Answer:
    """The answer that the everyday checks of a part give."""
    bad = [f for f in judged.findings if f.category is category and f.severity is not Severity.INFO]
    was_examined = any(part.category is category and part.points is not None for part in judged.health.parts)
    if bad:
        return problem(" ".join(finding.message for finding in bad))
    return ready("nothing found") if was_examined else unknown("it was not examined")
