"""What people would wait for: a mix of modes and commands over real R packages, through the real server.

    python tests/performance/profile_real_usage.py [FOLDER] [--calls N] [--seed S] [--json] [--report FILE]

FOLDER holds R packages, sources or an installed library; without it, the variable RFORGE_R_LIBRARY names it. Each call is for
one package: in 70 of 100 calls in mode default, in 20 debug, in 5 optimize, in 5 release, any command and format.
Exit status: 0 every call was answered within its budget; 1 one was not; 3 inconclusive: there is no package.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "rforge")]

from measuring.faults import ServerError  # noqa: E402 - found through the line above
from measuring.mcp_client import McpClient  # noqa: E402
from measuring.reports import Report, Verdict, command_line  # noqa: E402
from measuring.tables import FORMATS, Case, cases  # noqa: E402
from validate_time_budgets import percentile  # noqa: E402

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

MIX = {"default": 70, "debug": 20, "optimize": 5, "release": 5}
"""How often a mode is asked for, in percent."""

SLOW_CALLS = 10


class Usage:
    """The calls of a run: seconds by mode and by command, and what went wrong."""

    def __init__(self) -> None:
        self.taken_s: dict[str, list[float]] = defaultdict(list)
        self.slowest: list[tuple[float, str]] = []
        self.problems: Counter[str] = Counter()
        self.calls = 0

    def add(self, case: Case, package: str, seconds: float, problem: str) -> None:
        """Note a call."""
        self.calls += 1
        over = case.budget_s is not None and seconds > case.budget_s
        self.taken_s[f"mode {case.mode}"].append(seconds)
        self.taken_s[f"command {case.command}"].append(seconds)
        self.slowest = sorted([*self.slowest, (seconds, f"{case.name} {package}")])[-SLOW_CALLS:]
        if problem or over:
            self.problems[f"{case.name}: {problem or 'over budget'}"] += 1

    @property
    def verdict(self) -> Verdict:
        """FAIL where something went wrong."""
        if not self.calls:
            return Verdict.INCONCLUSIVE
        return Verdict.FAIL if self.problems else Verdict.PASS

    def rows(self) -> list[dict[str, object]]:
        """Milliseconds by mode and by command."""
        return [
            {
                "of": name,
                "calls": len(taken_s),
                "p50_ms": round(1000 * percentile(taken_s, 50), 1),
                "p95_ms": round(1000 * percentile(taken_s, 95), 1),
                "max_ms": round(1000 * max(taken_s), 1),
            }
            for name, taken_s in sorted(self.taken_s.items())
        ]


def main() -> int:
    """Measure and say so; the exit status."""
    options = parser().parse_args()
    packages = (
        sorted(path.parent for path in options.folder.resolve().glob("*/DESCRIPTION"))
        if options.folder
        else []
    )
    usage = Usage()
    if packages:
        run(usage, packages, options.calls, random.Random(options.seed))
    details = {"packages": len(packages), "slowest": usage.slowest, "problems": usage.problems}
    return Report(usage.verdict, usage.rows(), details).tell(table(usage, len(packages)), options)


def run(usage: Usage, packages: Sequence[Path], calls: int, generator: random.Random) -> None:
    """Call the server that often; a new one is started where it ended, as a client would."""
    by_mode: dict[str, list[Case]] = defaultdict(list)
    for case in cases():
        by_mode[case.mode].append(case)
    if set(by_mode) != set(MIX):
        raise SystemExit(f"the mix is of {sorted(MIX)}, and the modes are {sorted(by_mode)}")
    done = 0
    with tempfile.TemporaryDirectory() as room:
        while done < calls:
            with McpClient(
                [sys.executable, str(ROOT / "rforge" / "server.py")], Path(room), own_data(room)
            ) as client:
                try:
                    client.initialize()
                    while done < calls:
                        done += 1
                        [mode] = generator.choices(list(MIX), list(MIX.values()))
                        call(
                            client,
                            usage,
                            generator.choice(by_mode[mode]),
                            generator.choice(packages),
                            generator,
                        )
                except ServerError as error:
                    usage.problems[f"{type(error).__name__}: {str(error)[:200]}"] += 1
                    usage.calls += 1


def own_data(room: str) -> dict[str, str]:
    """Neither read nor write what the user's own plugin remembers, or its logs."""
    return {"CLAUDE_PLUGIN_DATA": str(Path(room) / "data"), "RFORGE_LOGS": str(Path(room) / "logs")}


def call(client: McpClient, usage: Usage, case: Case, package: Path, generator: random.Random) -> None:
    """One call, about one package."""
    arguments = {"path": str(package), "mode": case.mode, "format": generator.choice(FORMATS)}
    arguments["context"] = case.context(package.name)
    start_s = time.perf_counter()
    result = client.call(f"rforge_{case.command}", arguments, patience_s=2 * (case.budget_s or 300.0))
    seconds = time.perf_counter() - start_s
    problem = result["content"][0]["text"].splitlines()[0] if result["isError"] else ""
    usage.add(case, package.name, seconds, problem)


def table(usage: Usage, packages: int) -> str:
    """For people."""
    if not usage.calls:
        return "INCONCLUSIVE: there is no R package; name a folder, or set RFORGE_R_LIBRARY"
    lines = [
        f"{packages} packages, {usage.calls} calls",
        f"{'':18} {'calls':>6} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}",
    ]
    lines += [
        f"{row['of']:18} {row['calls']:6} {row['p50_ms']:8} {row['p95_ms']:8} {row['max_ms']:8}"
        for row in usage.rows()
    ]
    lines += [f"slow: {seconds:.3f} s {name}" for seconds, name in reversed(usage.slowest)]
    lines += [f"problem, {times} times: {what}" for what, times in usage.problems.most_common()]
    return "\n".join([*lines, usage.verdict.name])


def parser() -> argparse.ArgumentParser:
    """The command line."""
    named = os.environ.get("RFORGE_R_LIBRARY")
    made = command_line(__doc__)
    made.add_argument("folder", nargs="?", type=Path, default=Path(named) if named else None)
    made.add_argument("--calls", type=int, default=1000, help="default: 1000")
    made.add_argument("--seed", type=int, default=0, help="of the mix (default: 0)")
    return made


if __name__ == "__main__":
    sys.exit(main())
