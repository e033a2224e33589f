"""What a point of a release is answered with."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Callable, Tuple

from rforge.findings import Severity
from rforge.report import Readiness

if TYPE_CHECKING:
    from rforge.examined import Examined, Judged
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


def from_whole_description(ask: Callable[[Judged, Examined], Answer]) -> Callable[[Judged, Examined], Answer]:
    """A point that nobody can answer where DESCRIPTION was not read as a whole."""

    @wraps(ask)
    def asked(judged: Judged, examined: Examined) -> Answer:
        if judged.package.misses("DESCRIPTION"):
            return unknown("DESCRIPTION could not be read as a whole.")
        return ask(judged, examined)

    return asked


def answer_of_checks(judged: Judged, category: Category) -> Answer:
    """The answer that the everyday checks of a part give."""
    bad = [f for f in judged.findings if f.category is category and f.severity is not Severity.INFO]
    was_examined = any(part.category is category and part.points is not None for part in judged.health.parts)
    if bad:
        return problem(" ".join(finding.message for finding in bad))
    return ready("nothing found") if was_examined else unknown("it was not examined")
