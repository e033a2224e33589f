"""Whether the running server grows: 10,000 calls of every command in every mode and format.

    python tests/performance/memory_profile.py [--calls N] [--path FOLDER] [--plant-leak BYTES] [--json] [--report FILE]

Exit status: 0 a plateau; 1 a leak, with the lines of code whose memory grew; 3 inconclusive: too few calls, no way to read
the memory, or a call that was refused, as what was not done cannot leak. `scripts/measuring/memory.py` says what a plateau is.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "rforge")]

from measuring.mcp_client import McpClient  # noqa: E402 - found through the line above
from measuring.memory import LIMIT_BYTES_PER_CALL, growth_of, resident_bytes  # noqa: E402
from measuring.reports import Report, Verdict, command_line  # noqa: E402
from measuring.tables import FORMATS, cases  # noqa: E402

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from measuring.memory import Growth

PACKAGE = ROOT / "tests" / "fixtures" / "r" / "probmed"
SAMPLES = 100
MOST_TRACED = 600
TOP = 10
MIB = 1024 * 1024
ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(128 * 1024)}
"""For glibc, which otherwise raises it to the largest block that was freed, and then keeps two of that size in the arena of each
thread. CPython's table of interned strings, 0.9 MB, is made anew every 2,000 calls, by whichever thread: that is no leak."""


class Watched:
    """A server under observation that is called with everything in turn."""

    def __init__(self, room: Path, folder: Path, leak_bytes: int, snapshot: Path | None = None) -> None:
        watched, server = Path(__file__).with_name("watched_server.py"), ROOT / "rforge" / "server.py"
        command = [sys.executable, str(watched), str(server), str(leak_bytes), str(snapshot or "-")]
        self.snapshot = snapshot
        environment = {"CLAUDE_PLUGIN_DATA": str(room / "data"), "RFORGE_LOGS": str(room / "logs")}
        self.client = McpClient(command, room, {**ALLOCATOR, **environment})
        self.client.initialize()
        self.refusals: list[str] = []
        self._calls = itertools.cycle(
            (
                f"rforge_{case.command}",
                {
                    "path": str(folder),
                    "mode": case.mode,
                    "format": form,
                    "context": case.context(folder.name),
                },
            )
            for case, form in itertools.product(cases(), FORMATS)
        )

    def call(self, times: int) -> None:
        """Call it that often; what is refused is noted."""
        for tool, arguments in itertools.islice(self._calls, times):
            result = self.client.call(tool, arguments)
            if result["isError"]:
                self.refusals.append(f"{tool} {arguments['mode']}: {result['content'][0]['text']}")

    def allocations(self) -> tracemalloc.Snapshot:
        """What is allocated now, and where."""
        assert self.snapshot is not None
        self.snapshot.unlink(missing_ok=True)
        self.client.process.send_signal(signal.SIGUSR1)
        until_s = time.monotonic() + 60
        while not self.snapshot.exists() and time.monotonic() < until_s:
            self.client.request("ping")
            time.sleep(0.05)
        return tracemalloc.Snapshot.load(str(self.snapshot))


def main() -> int:
    """Measure and say so; the exit status."""
    options = parser().parse_args()
    with tempfile.TemporaryDirectory() as room:
        options.path = options.path.resolve()
        samples, refusals = profile(Path(room), options)
        growth = growth_of(samples)
        verdict = judge(growth, refusals)
        lines = growing_lines(Path(room), options) if verdict is Verdict.FAIL and os.name == "posix" else []
    row = {
        "calls": options.calls,
        "refused": len(refusals),
        "bytes_per_call": growth and round(growth.bytes_per_call, 1),
        "limit": LIMIT_BYTES_PER_CALL,
        "first_mib": growth and round(growth.first_bytes / MIB, 2),
        "last_mib": growth and round(growth.last_bytes / MIB, 2),
    }
    words = [f"{verdict.name}: " + ", ".join(f"{name} {value}" for name, value in row.items())]
    if growth is None:
        words.append("too few calls, or this system does not tell how much memory a process has")
    words += [f"refused: {refusals[0]}"] if refusals else []
    return Report(verdict, [row], {"samples": samples, "lines": lines}).tell(
        "\n".join([*words, *lines]), options
    )


def judge(growth: Growth | None, refusals: Sequence[str]) -> Verdict:
    """What the samples say, if every call was one."""
    if growth is None or refusals:
        return Verdict.INCONCLUSIVE
    return Verdict.FAIL if growth.is_leak else Verdict.PASS


def profile(room: Path, options: argparse.Namespace) -> tuple[list[tuple[int, int]], list[str]]:
    """Samples of (calls so far, resident bytes), and which calls were refused."""
    watched = Watched(room, options.path, options.plant_leak)
    samples = []
    step = max(1, options.calls // SAMPLES)
    with watched.client:
        for done in range(step, options.calls + 1, step):
            watched.call(step)
            resident = resident_bytes(watched.client.process.pid)
            if resident is not None:
                samples.append((done, resident))
    return samples, watched.refusals


def growing_lines(room: Path, options: argparse.Namespace) -> list[str]:
    """Where memory grew most in another run, whose allocations are traced."""
    watched = Watched(room, options.path, options.plant_leak, room / "snapshot")
    calls = min(options.calls, MOST_TRACED)
    with watched.client:
        watched.call(calls)
        before = watched.allocations()
        watched.call(calls)
        grown = watched.allocations().compare_to(before, "lineno")
    own = (found for found in grown if tracemalloc.__file__ not in str(found.traceback))
    return [str(found) for found in itertools.islice(own, TOP)]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = command_line(__doc__)
    made.add_argument("--calls", type=int, default=10_000, help="default: 10000")
    made.add_argument(
        "--path", type=Path, default=PACKAGE, help="the packages to analyse (default: a small one)"
    )
    made.add_argument("--plant-leak", type=int, default=0, help="bytes to leak a request, to see it caught")
    return made


if __name__ == "__main__":
    sys.exit(main())
