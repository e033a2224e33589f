"""Whether the suites catch mistakes: each mutation of the list is planted in a copy, and its suite is run.

    python scripts/plant_mutations.py [--list FILE] [--only TEXT] [--json] [--report FILE]

Exit status: 0 all are caught; 1 one survived; 3 inconclusive: one could not be tried (its text is not there any more, or its
tests fail without it), or none was.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from measuring.mutations import Fate, copy_checkout, read_mutations, try_out
from measuring.reports import Report, Verdict, command_line

if TYPE_CHECKING:
    import argparse

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Try the mutations and say so; the exit status."""
    options = parser().parse_args(arguments)
    chosen = [
        mutation
        for mutation in read_mutations(options.list)
        if options.only in f"{mutation.area} {mutation.name}"
    ]
    outcomes = []
    with tempfile.TemporaryDirectory() as room:
        copy_checkout(options.repository, Path(room))
        for outcome in try_out(chosen, Path(room)):
            outcomes.append(outcome)
            mutation = outcome.mutation
            line = f"{outcome.fate.value:8} {mutation.area:13} {mutation.suite:11} {mutation.name}: {outcome.words}"
            print(line, file=sys.stderr if options.json else sys.stdout, flush=True)
    counts = Counter(outcome.fate for outcome in outcomes)
    verdict = Verdict.PASS if outcomes and not counts[Fate.INVALID] else Verdict.INCONCLUSIVE
    rows = [
        {
            "area": outcome.mutation.area,
            "suite": outcome.mutation.suite,
            "mutation": outcome.mutation.name,
            "fate": outcome.fate.value,
            "words": outcome.words,
        }
        for outcome in outcomes
    ]
    report = Report(Verdict.FAIL if counts[Fate.SURVIVED] else verdict, rows)
    return report.tell(", ".join(f"{counts[fate]} {fate.value}" for fate in Fate), options)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = command_line(__doc__)
    made.add_argument(
        "--list", type=Path, default=ROOT / "tests" / "mutations.toml", help="the mutations, as TOML"
    )
    made.add_argument("--only", default="", help="those whose area or name holds this")
    made.add_argument("--repository", type=Path, default=ROOT, help="what is copied (default: this checkout)")
    return made


if __name__ == "__main__":
    sys.exit(main())
