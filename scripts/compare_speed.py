"""Whether head is slower than base: both are built here, and run in turn.

    python scripts/compare_speed.py --base REF... [--head REF] [--limit 1.10] [--confidence 0.95] [--json] [--report FILE]

The base is the first REF that is a commit here: a push knows what was there before it, unless it is the first. Exit status:
0 nothing is slower; 1 something is slower by more than the limit, or no longer works; 2 wrong usage; 3 inconclusive: the
machine is too noisy to say, or there was nothing to compare. `measuring/comparison.py` says what the confidence means.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from measuring.comparison import LOOKS, Rule
from measuring.ecosystem import write_ecosystem
from measuring.interleaving import Comparison, compare
from measuring.reports import Report, Verdict, command_line
from measuring.trees import find_commit, plant_slowness, unpack

if TYPE_CHECKING:
    import argparse

ROOT = Path(__file__).resolve().parents[1]
USAGE = 2


def main(arguments: list[str] | None = None) -> int:
    """Compare and say so; the exit status."""
    options = parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as room:
        base, head, packages = (Path(room) / name for name in ("base", "head", "packages"))
        packages.mkdir()
        try:
            commits = [
                find_commit(options.repository, options.base),
                find_commit(options.repository, [options.head]),
            ]
            for commit, folder in zip(commits, (base, head)):
                unpack(options.repository, commit, folder)
        except subprocess.CalledProcessError as error:
            print(f"error: {error.stderr}", file=sys.stderr)
            return USAGE
        if options.plant != 1:
            plant_slowness(head, options.plant)
        rule = Rule(options.limit, options.confidence)
        try:
            compared = compare(base, head, write_ecosystem(packages), rule, options.clock, options.only)
        except ChildProcessError as error:
            print(f"FAIL: {error}", file=sys.stderr)
            return Verdict.FAIL
    details = {
        "base": commits[0],
        "head": commits[1],
        "clock": compared.clock,
        "rule": {**asdict(compared.rule), "looks": LOOKS},
        "ratios": compared.ratios,
    }
    return Report(verdict(compared), rows(compared), details).tell(table(compared, commits), options)


def verdict(compared: Comparison) -> Verdict:
    """FAIL where something is slower or broken; a PASS is only what was compared and decided as a whole."""
    if compared.slower or compared.broken:
        return Verdict.FAIL
    if compared.undecided or compared.absent or not compared.judgements:
        return Verdict.INCONCLUSIVE
    return Verdict.PASS


def rows(compared: Comparison) -> list[dict[str, object]]:
    """What is said of each benchmark; no figures of one that was not timed."""
    told = {
        **{name: f"no longer works: {error}" for name, error in compared.broken.items()},
        **dict.fromkeys(compared.new, "not in base; nothing to compare"),
        **dict.fromkeys(compared.absent, "works in neither"),
    }
    timed = [
        {
            "benchmark": name,
            "ratio": round(judged.ratio, 3),
            "low": judged.low and round(judged.low, 3),
            "high": judged.high and round(judged.high, 3),
            "blocks": len(compared.ratios[name]),
            "speed": judged.speed.value,
        }
        for name, judged in compared.judgements.items()
    ]
    figures = dict.fromkeys(("ratio", "low", "high", "blocks"))
    return timed + [{"benchmark": name, **figures, "speed": words} for name, words in told.items()]


def table(compared: Comparison, commits: list[str]) -> str:
    """For people: a line a benchmark, and what they say together."""
    rule = compared.rule
    lines = [f"base {commits[0][:12]}  head {commits[1][:12]}  {compared.clock} time, base head head base"]
    for row in rows(compared):
        ratio, low, high = (
            "?" if row[key] is None else f"{row[key]:.3f}" for key in ("ratio", "low", "high")
        )
        figures = f"{ratio:>6}  [{low} … {high}]  {row['blocks']:2} blocks  " if row["blocks"] else ""
        lines.append(f"{row['benchmark']:34} {figures}{row['speed']}")
    lines.append(
        f"{verdict(compared).name}: a benchmark fails when its median ratio is above {rule.limit:.2f} "
        f"({rule.limit - 1:.0%} slower); at most {1 - rule.confidence:.0%} of runs call any slower that is not, and each "
        "that is fine"
    )
    return "\n".join(lines)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = command_line(__doc__)
    made.add_argument(
        "--base", required=True, nargs="+", help="the commit to compare with, the first that is there"
    )
    made.add_argument("--head", default="HEAD", help="the commit that is judged (default: HEAD)")
    made.add_argument(
        "--repository", type=Path, default=ROOT, help="where the commits are (default: this one)"
    )
    made.add_argument(
        "--limit", type=float, default=1.10, help="the ratio that is still fine (default: 1.10)"
    )
    made.add_argument("--confidence", type=float, default=0.95, help="of the whole run (default: 0.95)")
    made.add_argument(
        "--clock", choices=["cpu", "wall"], default="cpu", help="default: cpu, which is steadier"
    )
    made.add_argument("--only", default="", help="only benchmarks whose name holds this")
    made.add_argument(
        "--plant", type=float, default=1.0, help="slow rforge in head by this factor, to see it caught"
    )
    return made


if __name__ == "__main__":
    sys.exit(main())
