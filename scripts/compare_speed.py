"""Whether head is slower than base: both are built here, and run in turn.

    python scripts/compare_speed.py --base REF [--head REF] [--limit 1.10] [--confidence 0.95] [--json]

Exit status: 0 nothing is slower; 1 something is slower by more than the limit, or no longer works; 2 wrong usage;
3 inconclusive: the machine is too noisy to say, or there was nothing to compare. `measuring/comparison.py` says what the
confidence means.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from measuring.comparison import LOOKS, Rule
from measuring.ecosystem import write_ecosystem
from measuring.interleaving import Comparison, compare
from measuring.trees import plant_slowness, unpack

ROOT = Path(__file__).resolve().parents[1]
SLOWER, USAGE, INCONCLUSIVE = 1, 2, 3


def main(arguments: list[str] | None = None) -> int:
    """Compare and say so; the exit status."""
    options = parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as room:
        base, head, packages = (Path(room) / name for name in ("base", "head", "packages"))
        packages.mkdir()
        try:
            commits = [
                unpack(options.repository, options.base, base),
                unpack(options.repository, options.head, head),
            ]
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
            return SLOWER
    print(as_json(compared, commits) if options.json else table(compared, commits))
    return status(compared)


def status(compared: Comparison) -> int:
    """1 where something is slower or broken, 3 where something is undecided, works in neither, or nothing was compared."""
    if compared.slower or compared.broken:
        return SLOWER
    return 0 if compared.judgements and not compared.undecided and not compared.absent else INCONCLUSIVE


def table(compared: Comparison, commits: list[str]) -> str:
    """For people: a line a benchmark, and what they say together."""
    rule = compared.rule
    lines = [f"base {commits[0][:12]}  head {commits[1][:12]}  {compared.clock} time, base head head base"]
    for name, judgement in compared.judgements.items():
        bounds = " … ".join(
            "?" if bound is None else f"{bound:.3f}" for bound in (judgement.low, judgement.high)
        )
        blocks = len(compared.ratios[name])
        lines.append(
            f"{name:34} {judgement.ratio:6.3f}  [{bounds}]  {blocks:2} blocks  {judgement.speed.value}"
        )
    lines += [f"{name:34} no longer works: {error}" for name, error in compared.broken.items()]
    lines += [f"{name:34} not in base; nothing to compare" for name in compared.new]
    lines += [f"{name:34} works in neither" for name in compared.absent]
    verdict = {0: "PASS", SLOWER: "FAIL", INCONCLUSIVE: "INCONCLUSIVE"}[status(compared)]
    percent = f"{rule.limit - 1:.0%}"
    lines.append(
        f"{verdict}: a benchmark fails when its median ratio is above {rule.limit:.2f} ({percent} slower); at most "
        f"{1 - rule.confidence:.0%} of runs call any slower that is not, and each that is fine"
    )
    return "\n".join(lines)


def as_json(compared: Comparison, commits: list[str]) -> str:
    """For programs."""
    judged = {
        name: {**asdict(judgement), "speed": judgement.speed.value, "ratios": compared.ratios[name]}
        for name, judgement in compared.judgements.items()
    }
    rule = {"limit": compared.rule.limit, "confidence": compared.rule.confidence, "looks": LOOKS}
    return json.dumps(
        {
            "base": commits[0],
            "head": commits[1],
            "clock": compared.clock,
            "rule": rule,
            "status": status(compared),
            "benchmarks": judged,
            "new": compared.new,
            "absent": compared.absent,
            "broken": compared.broken,
        },
        indent=2,
    )


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--base", required=True, help="the commit to compare with")
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
    made.add_argument("--json", action="store_true", help="for programs, with every ratio")
    return made


if __name__ == "__main__":
    sys.exit(main())
