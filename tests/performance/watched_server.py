"""rforge's server under observation: `python watched_server.py SERVER LEAK_BYTES SNAPSHOT`.

Leaks that many bytes with every line of JSON that is read, to see the check catch it. Where SNAPSHOT is not `-`, allocations
are traced, and the signal USR1 writes them to that file.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
import tracemalloc
from pathlib import Path
from typing import Any

HOARD: list[bytes] = []
FRAMES = 5


def leak(size: int) -> None:
    """From now on whoever reads JSON leaves `size` bytes behind."""
    read = json.loads

    def hoarding_loads(*arguments: Any, **options: Any) -> Any:
        HOARD.append(os.urandom(size))
        return read(*arguments, **options)

    json.loads = hoarding_loads


def trace(snapshot: Path) -> None:
    """Trace allocations, and write them to `snapshot` when asked to."""

    def write(_signal: int, _frame: object) -> None:
        begun = snapshot.with_suffix(".begun")
        tracemalloc.take_snapshot().dump(str(begun))
        begun.replace(snapshot)

    tracemalloc.start(FRAMES)
    signal.signal(signal.SIGUSR1, write)


if __name__ == "__main__":
    server, leak_bytes, snapshot_file = sys.argv[1:]
    if int(leak_bytes):
        leak(int(leak_bytes))
    if snapshot_file != "-":
        trace(Path(snapshot_file))
    sys.argv = [server]
    runpy.run_path(server, run_name="__main__")
