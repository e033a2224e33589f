"""The pyramid of each product's tests, and the scenarios that they play.

    python scripts/count_tests.py [--list] [--json]

Exit status: 0 as it should be; 1 too far off, or too few scenarios; 3 inconclusive: pytest could not collect the tests.
`measuring/pyramid.py` says what is counted, how far off is too far, and why.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from measuring.pyramid import FEWEST_SCENARIOS, TARGET, count, scenarios

ROOT = Path(__file__).resolve().parents[1]
WRONG, INCONCLUSIVE = 1, 3


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
        return INCONCLUSIVE
    pyramids, played = count(items), scenarios(ROOT / "tests")
    mistakes = [mistake for pyramid in pyramids for mistake in pyramid.mistakes()]
    if len(played) < FEWEST_SCENARIOS:
        mistakes.append(f"there are {len(played)} scenarios, and should be {FEWEST_SCENARIOS}")
    if options.json:
        shares = {
            p.product: {"tests": p.total, **{level: p.share(level) for level in TARGET}} for p in pyramids
        }
        names = [scenario.__dict__ for scenario in played]
        print(json.dumps({"shares": shares, "scenarios": names, "mistakes": mistakes}, indent=2))
        return WRONG if mistakes else 0
    for pyramid in pyramids:
        parts = "  ".join(f"{level} {pyramid.counts[level]} ({pyramid.share(level):.0%})" for level in TARGET)
        print(f"{pyramid.product:10} {pyramid.total:5} tests  {parts}")
    print(f"{len(played)} scenarios")
    if options.list:
        print("\n".join(f"  {scenario.sentence}  ({scenario.test})" for scenario in played))
    print("\n".join(f"FAIL: {mistake}" for mistake in mistakes) or "PASS")
    return WRONG if mistakes else 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--list", action="store_true", help="name every scenario")
    made.add_argument("--json", action="store_true", help="for programs")
    return made


if __name__ == "__main__":
    sys.exit(main())
