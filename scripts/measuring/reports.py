"""What a measurement found: a verdict and rows, for programs, for the page that sums a run up, and as an exit status."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Verdict(IntEnum):
    """How a measurement ended; the value is the exit status of its script."""

    PASS = 0
    FAIL = 1
    INCONCLUSIVE = 3


@dataclass(frozen=True)
class Report:
    """What a script leaves.

    Attributes:
        verdict: how it ended.
        rows: what was examined, each row with the same keys and values that fit a table's cell.
        details: more, for programs.
    """

    verdict: Verdict
    rows: Sequence[Mapping[str, object]]
    details: Mapping[str, Any] = field(default_factory=dict)

    def tell(self, words: str, options: argparse.Namespace) -> int:
        """Print `words`, or itself where `--json` asks for that; write itself where `--report` says; the exit status."""
        content = {"verdict": self.verdict.name, "rows": self.rows, **self.details}
        text = json.dumps(content, indent=2)
        print(text if options.json else words)
        if options.report:
            options.report.parent.mkdir(parents=True, exist_ok=True)
            options.report.write_text(text, encoding="utf-8")
        return self.verdict.value


def command_line(description: str | None) -> argparse.ArgumentParser:
    """A command line whose options say where the report goes."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--json", action="store_true", help="for programs")
    made.add_argument("--report", type=Path, help="write what --json would print to this file")
    return made
