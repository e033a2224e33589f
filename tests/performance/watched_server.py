"""rforge's server under observation: `python watched_server.py SERVER LEAK_BYTES SNAPSHOT`.

Leaks that many bytes with every line of JSON that is read, to see the check catch it. Where SNAPSHOT is not `-`, allocations
are traced, and the signal USR1 writes them to that file.

Now and then it collects all garbage, for that empties the interpreter's free lists, too: CPython keeps 2,000 tuples of each
length, and `tuple(generator)` adds one more with every call until they are there, 4 MB in tens of thousands of calls.
"""

from __future__ import annotations

import gc
import itertools
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
COLLECTS_EVERY = 50


def watch_reading(leak_bytes: int) -> None:
    """From now on whoever reads JSON leaves `leak_bytes` behind, and collects garbage every so often."""
    read, lines = json.loads, itertools.count(1)

    def watched_loads(*arguments: Any, **options: Any) -> Any:
        if leak_bytes:
            HOARD.append(os.urandom(leak_bytes))
        if next(lines) % COLLECTS_EVERY == 0:
            gc.collect()
        return read(*arguments, **options)

    json.loads = watched_loads


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
    watch_reading(int(leak_bytes))
    if snapshot_file != "-":
        trace(Path(snapshot_file))
    sys.argv = [server]
    runpy.run_path(server, run_name="__main__")
