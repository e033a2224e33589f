"""Verdicts of gates, and how several join into one."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode

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

    @property
    def code(self) -> ErrorCode:
        """The error of a gate that did not pass; raises `KeyError` for one that did."""
        return _CODES[self]

    @property
    def exit_status(self) -> int:
        """What a process ends with that found this."""
        return 0 if self.opens else self.code.exit_status


_CODES = {
    Verdict.SKIP: ErrorCode.GATE_INCONCLUSIVE,
    Verdict.INCONCLUSIVE: ErrorCode.GATE_INCONCLUSIVE,
    Verdict.ERROR: ErrorCode.GATE_ERROR,
    Verdict.FAIL: ErrorCode.GATE_FAILED,
}
_SEVERITY = {verdict: rank for rank, verdict in enumerate(Verdict)}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The most severe of `verdicts`, in the order PASS < SKIP < INCONCLUSIVE < ERROR < FAIL.

    Nothing judged is `INCONCLUSIVE`, so that a gate that examined nothing never passes.
    """
    return max(verdicts, key=_SEVERITY.__getitem__, default=Verdict.INCONCLUSIVE)
