"""Verdicts of gates, and how several join into one."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(str, Enum):
    """What a gate found. Only `PASS` opens a phase."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    SKIP = "SKIP"
    INCONCLUSIVE = "INCONCLUSIVE"
    ERROR = "ERROR"
    FAIL = "FAIL"

    @property
    def opens(self) -> bool:
        """Whether a phase may go on with this verdict."""
        return self is Verdict.PASS


_SEVERITY = {verdict: rank for rank, verdict in enumerate(Verdict)}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The most severe of `verdicts`, in the order PASS < SKIP < INCONCLUSIVE < ERROR < FAIL.

    Nothing judged is `INCONCLUSIVE`, so that a gate that examined nothing never passes.
    """
    return max(verdicts, key=_SEVERITY.__getitem__, default=Verdict.INCONCLUSIVE)
