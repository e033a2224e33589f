"""Whether every command keeps its time budget in every mode, asked of the real server.

    python scripts/validate_time_budgets.py [--path FOLDER] [--mode M] [--command C] [--rounds N] [--json] [--report FILE]

Without --path, an ecosystem of four packages is written and analysed. A budget is kept when the slowest of the rounds is
within it; a partial answer means that it was not. Exit status: 0 all are kept; 1 one is not, or a command failed; 3
inconclusive: nothing was examined.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "rforge"))

from measuring.ecosystem import PACKAGE, write_ecosystem  # noqa: E402 - rforge is found through the line above
from measuring.faults import ServerError  # noqa: E402
from measuring.mcp_client import McpClient  # noqa: E402
from measuring.reports import Report, Verdict, command_line  # noqa: E402
from measuring.tables import Case, cases  # noqa: E402

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

PATIENCE = 2.0
"""How many times its budget a command may take before it is given up."""


@dataclass(frozen=True)
class Result:
    """What a command in a mode took, in seconds; `problem` says why that is not within the budget, or is empty."""

    command: str
    mode: str
    budget_s: float
    p50_s: float | None
    p95_s: float | None
    slowest_s: float | None
    problem: str

    @property
    def verdict(self) -> Verdict:
        """Whether the budget was kept."""
        return Verdict.FAIL if self.problem else Verdict.PASS


def main(arguments: list[str] | None = None) -> int:
    """Measure and say so; the exit status."""
    options = parser().parse_args(arguments)
    chosen = [
        case
        for case in cases()
        if options.mode in (None, case.mode) and options.command in (None, case.command)
    ]
    with tempfile.TemporaryDirectory() as room:
        folder = options.path.resolve() if options.path else write_ecosystem(Path(room))
        results = [examine(case, options, folder, Path(room)) for case in chosen]
    verdict = max((result.verdict for result in results), default=Verdict.INCONCLUSIVE)
    rows = [{**asdict(result), "verdict": result.verdict.name} for result in results]
    return Report(verdict, rows).tell(table(results, verdict), options)


def examine(case: Case, options: argparse.Namespace, folder: Path, room: Path) -> Result:
    """Call a command so many rounds of a server of its own; the first call counts like the others."""
    limit_s = PATIENCE * case.budget_s
    arguments = {
        "path": str(folder),
        "mode": case.mode,
        "format": "json",
        "context": case.context(options.package),
    }
    taken_s: list[float] = []
    problem = ""
    try:
        with McpClient(
            [sys.executable, str(options.server)],
            room,
            {"CLAUDE_PLUGIN_DATA": str(room / "data"), "RFORGE_LOGS": str(room / "logs")},
        ) as client:
            client.initialize()
            for _ in range(options.rounds):
                start_s = time.perf_counter()
                result = client.call(f"rforge_{case.command}", arguments, limit_s)
                taken_s.append(round(time.perf_counter() - start_s, 4))
                problem = problem or complaint(result, case)
    except ServerError as error:
        problem = f"{type(error).__name__}: {error}"
    if taken_s and max(taken_s) > case.budget_s:
        problem = problem or "over budget"
    p50_s, p95_s = (None, None) if not taken_s else (percentile(taken_s, 50), percentile(taken_s, 95))
    return Result(case.command, case.mode, case.budget_s, p50_s, p95_s, max(taken_s, default=None), problem)


def complaint(result: dict[str, object], case: Case) -> str:
    """What is wrong with a tool's result, or nothing."""
    content = result.get("content")
    text = str(content[0].get("text", "")) if isinstance(content, list) and content else ""
    if result.get("isError"):
        return text.splitlines()[0] if text else "an error without words"
    try:
        report = json.loads(text)
        if (report["command"], report["mode"]) != (case.command, case.mode):
            return f"the report of something else: {text[:60]!r}"
        return "partial" if report["partial"] else ""
    except (ValueError, KeyError, TypeError):
        return f"no report: {text[:60]!r}"


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest bound that `percent` of the values keep, interpolated, to a tenth of a millisecond."""
    bound = quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]
    return round(bound, 4)


def table(results: Sequence[Result], verdict: Verdict) -> str:
    """For people."""
    lines = [f"{'command':10} {'mode':10} {'p50 s':>8} {'p95 s':>8} {'budget s':>9}  verdict"]
    for result in results:
        p50, p95 = ("-" if value is None else f"{value:.3f}" for value in (result.p50_s, result.p95_s))
        budget = f"{result.budget_s:g}"
        why = f": {result.problem}" if result.problem else ""
        lines.append(
            f"{result.command:10} {result.mode:10} {p50:>8} {p95:>8} {budget:>9}  {result.verdict.name}{why}"
        )
    why = "" if results else ": nothing was examined"
    return "\n".join([*lines, f"{verdict.name}{why} ({len(results)} examined)"])


def times(text: str) -> int:
    """How often: once at least, as what was not called kept no budget."""
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = command_line(__doc__)
    made.add_argument(
        "--path", type=Path, help="the packages to analyse (default: four that are written for it)"
    )
    made.add_argument("--package", default=PACKAGE, help=f"whose impact is asked for (default: {PACKAGE})")
    made.add_argument("--mode", help="only this mode")
    made.add_argument("--command", help="only this command")
    made.add_argument("--rounds", type=times, default=5, help="calls of each (default: 5)")
    made.add_argument("--server", type=Path, default=ROOT / "rforge" / "server.py", help="another server")
    return made


if __name__ == "__main__":
    sys.exit(main())
