"""Verdict lines: how a step of a session says more than passed or failed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.strict_json import read_json
from phasegate.verdict import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class VerdictLine:
    """One check's verdict, as a step appended it to the file that `PHASEGATE_VERDICTS` names."""

    check: str
    verdict: Verdict
    reason: str

    def append_to(self, path: Path) -> None:
        """Add the line to the file `path`."""
        value = {"check": self.check, "verdict": self.verdict.value, "reason": self.reason}
        with path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(value) + "\n")


def read_verdict_lines(path: Path) -> tuple[VerdictLine, ...]:
    """The lines in `path`; none if no step wrote any. A line that makes no sense is an ERROR of its own."""
    if not path.exists():
        return ()
    text = path.read_text(encoding="utf-8", errors="replace")
    return tuple(_read(line) for line in text.splitlines() if line.strip())


def join(status: int, lines: Sequence[VerdictLine]) -> Verdict:
    """The verdict of a session that ended with `status` and wrote `lines`.

    A session that ended well is as good as its worst line. One that did not is a FAIL, unless a line says
    what kind of not passing it was.
    """
    said = worst([Verdict.PASS, *(line.verdict for line in lines)])
    return Verdict.FAIL if status != 0 and said is Verdict.PASS else said


def _read(line: str) -> VerdictLine:
    try:
        value = read_json(line)
        return VerdictLine(str(value["check"]), Verdict(value["verdict"]), str(value.get("reason", "")))
    except (ValueError, TypeError, KeyError, AttributeError):
        return VerdictLine("verdict line", Verdict.ERROR, f"a verdict line makes no sense: {line[:80]!r}")
