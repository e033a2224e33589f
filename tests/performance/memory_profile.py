"""Whether the running server grows: 10,000 calls of every command in every mode and format.

    python tests/performance/memory_profile.py [--calls N] [--path FOLDER] [--plant-leak BYTES] [--json]

Exit status: 0 a plateau; 1 a leak, with the lines of code whose memory grew; 3 inconclusive: too few calls, no way to read
the memory, or not a single right answer. `scripts/measuring/memory.py` says what a plateau is.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import sys
import tempfile
import time
import tracemalloc
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "rforge")]

from measuring.mcp_client import McpClient  # noqa: E402 - found through the line above
from measuring.memory import LIMIT_BYTES_PER_CALL, growth_of, resident_bytes  # noqa: E402
from measuring.tables import FORMATS, cases  # noqa: E402

LEAK, INCONCLUSIVE = 1, 3
PACKAGE = ROOT / "tests" / "fixtures" / "r" / "probmed"
SAMPLES = 100
TRACED_CALLS = 600
TOP = 10
MIB = 1024 * 1024


class Watched:
    """A server under observation that is called with everything in turn."""

    def __init__(self, room: Path, folder: Path, leak_bytes: int, snapshot: Path | None = None) -> None:
        watched, server = Path(__file__).with_name("watched_server.py"), ROOT / "rforge" / "server.py"
        command = [sys.executable, str(watched), str(server), str(leak_bytes), str(snapshot or "-")]
        self.snapshot = snapshot
        self.client = McpClient(command, room, {"CLAUDE_PLUGIN_DATA": str(room / "data")})
        self.client.initialize()
        self.right = 0
        self._calls = itertools.cycle(
            (
                f"rforge_{case.command}",
                {"path": str(folder), "mode": case.mode, "format": form, "context": case.context},
            )
            for case, form in itertools.product(cases(), FORMATS)
        )

    def call(self, times: int) -> None:
        """Call it that often; refusals count as calls, but not as right answers."""
        for tool, arguments in itertools.islice(self._calls, times):
            self.right += not self.client.call(tool, arguments)["isError"]

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
        samples, right = profile(Path(room), options)
        growth = growth_of(samples)
        status = INCONCLUSIVE if growth is None or not right else LEAK if growth.is_leak else 0
        lines = growing_lines(Path(room), options) if status == LEAK and os.name == "posix" else []
    said = {
        "status": status,
        "calls": options.calls,
        "right_answers": right,
        "samples": samples,
        "lines": lines,
    }
    if options.json:
        print(json.dumps({**said, "growth": growth and asdict(growth)}, indent=2))
    elif growth is None:
        print("INCONCLUSIVE: too few calls, or this system does not tell how much memory a process has")
    else:
        print(
            f"{ {0: 'PASS', LEAK: 'FAIL'}.get(status, 'INCONCLUSIVE') }: {growth.bytes_per_call:.1f} bytes a call "
            f"(limit {LIMIT_BYTES_PER_CALL:g}), from {growth.first_bytes / MIB:.2f} to {growth.last_bytes / MIB:.2f} MiB; "
            f"{right} of {options.calls} calls answered rightly"
        )
        print("\n".join(lines))
    return status


def profile(room: Path, options: argparse.Namespace) -> tuple[list[tuple[int, int]], int]:
    """Samples of (calls so far, resident bytes), and how many calls were answered rightly."""
    watched = Watched(room, options.path, options.plant_leak)
    samples = []
    step = max(1, options.calls // SAMPLES)
    with watched.client:
        for done in range(step, options.calls + 1, step):
            watched.call(step)
            resident = resident_bytes(watched.client.process.pid)
            if resident is not None:
                samples.append((done, resident))
    return samples, watched.right


def growing_lines(room: Path, options: argparse.Namespace) -> list[str]:
    """Where memory grew most in another run, whose allocations are traced."""
    watched = Watched(room, options.path, options.plant_leak, room / "snapshot")
    with watched.client:
        watched.call(TRACED_CALLS)
        before = watched.allocations()
        watched.call(TRACED_CALLS)
        grown = watched.allocations().compare_to(before, "lineno")
    own = (found for found in grown if tracemalloc.__file__ not in str(found.traceback))
    return [str(found) for found in itertools.islice(own, TOP)]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--calls", type=int, default=10_000, help="default: 10000")
    made.add_argument(
        "--path", type=Path, default=PACKAGE, help="the packages to analyse (default: a small one)"
    )
    made.add_argument("--plant-leak", type=int, default=0, help="bytes to leak a request, to see it caught")
    made.add_argument("--json", action="store_true", help="for programs")
    return made


if __name__ == "__main__":
    sys.exit(main())
