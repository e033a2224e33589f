"""The pyramid of each product's tests, and the scenarios that they play.

    python scripts/count_tests.py [--list] [--json] [--report FILE]

Exit status: 0 as it should be; 1 too far off, or too few scenarios; 3 inconclusive: pytest could not collect the tests.
`measuring/pyramid.py` says what is counted, how far off is too far, and why.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from measuring.pyramid import FEWEST_SCENARIOS, TARGET, count, scenarios
from measuring.reports import Report, Verdict, command_line

if TYPE_CHECKING:
    import argparse

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Count and say so; the exit status."""
    options = parser().parse_args(arguments)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "--whole",
        "-p",
        "no:cacheprovider",
        "tests",
    ]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    items = [line for line in ended.stdout.splitlines() if "::" in line and line.startswith("tests/")]
    if ended.returncode or not items:
        print(f"INCONCLUSIVE: pytest ended with {ended.returncode}\n{ended.stdout[-2000:]}", file=sys.stderr)
        return Verdict.INCONCLUSIVE
    pyramids, played = count(items), scenarios(ROOT / "tests")
    mistakes = [mistake for pyramid in pyramids for mistake in pyramid.mistakes()]
    if len(played) < FEWEST_SCENARIOS:
        mistakes.append(f"there are {len(played)} scenarios, and should be {FEWEST_SCENARIOS}")
    rows = [
        {
            "product": pyramid.product,
            "tests": pyramid.total,
            **{level: f"{pyramid.share(level):.0%}" for level in TARGET},
        }
        for pyramid in pyramids
    ]
    words = ["  ".join(f"{name} {cell}" for name, cell in row.items()) for row in rows]
    words.append(f"{len(played)} scenarios")
    if options.list:
        words += [f"  {scenario.sentence}  ({scenario.test})" for scenario in played]
    words += [f"FAIL: {mistake}" for mistake in mistakes] or ["PASS"]
    details = {"scenarios": [asdict(scenario) for scenario in played], "mistakes": mistakes}
    return Report(Verdict.FAIL if mistakes else Verdict.PASS, rows, details).tell("\n".join(words), options)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = command_line(__doc__)
    made.add_argument("--list", action="store_true", help="name every scenario")
    return made


if __name__ == "__main__":
    sys.exit(main())
