"""Whether the suites catch mistakes: each mutation of the list is planted in a copy, and its suite is run.

    python scripts/plant_mutations.py [--list FILE] [--only TEXT] [--json]

Exit status: 0 all are caught; 1 one survived; 2 one could not be tried (its text is not there any more, or its tests fail
without it); 3 nothing was tried.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from measuring.mutations import Fate, copy_checkout, read_mutations, try_out

ROOT = Path(__file__).resolve().parents[1]
SURVIVED, INVALID, NOTHING = 1, 2, 3


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
    if options.json:
        rows = [
            {"name": o.mutation.name, "area": o.mutation.area, "fate": o.fate.value, "words": o.words}
            for o in outcomes
        ]
        print(json.dumps({"mutations": rows}, indent=2))
    else:
        print(", ".join(f"{counts[fate]} {fate.value}" for fate in Fate))
    if counts[Fate.INVALID]:
        return INVALID
    if counts[Fate.SURVIVED]:
        return SURVIVED
    return 0 if outcomes else NOTHING


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument(
        "--list", type=Path, default=ROOT / "tests" / "mutations.toml", help="the mutations, as TOML"
    )
    made.add_argument("--only", default="", help="those whose area or name holds this")
    made.add_argument("--repository", type=Path, default=ROOT, help="what is copied (default: this checkout)")
    made.add_argument("--json", action="store_true", help="for programs")
    return made


if __name__ == "__main__":
    sys.exit(main())
