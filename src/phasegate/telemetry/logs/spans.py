"""Which bytes of a log matter: a large one is not read from its beginning for a window that began lately.

A log is nearly in order of time, and not quite: writers race, clocks are set back. So it is not bisected; a line in every
megabyte is looked at, and the reading begins before the first one that is young enough. A clock that was set back over more
than that is seen so, and what it wrote before counts. Looking costs 5 µs a line where the file is cached.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from phasegate.telemetry.logs.line import microseconds

if TYPE_CHECKING:
    from pathlib import Path

SLACK_S = 300.0
"""How much later than its time a line may be written."""

_STEP = 1 << 20
_MOST_LOOKS = 4096
_LOOK = 1 << 13
_BACKWARD = 1 << 16
_TIMESTAMP = re.compile(rb'\n\s*\{[^\n]*?"timestamp"\s*:\s*"([^"\n]{0,40})"')


@dataclass(frozen=True)
class Span:
    """Whole lines of a file: bytes from `start`, `stop` not among them."""

    start: int
    stop: int


def live_span(path: Path, since_s: float) -> Span:
    """What to read of a log that is written to: from where the window may begin to the end of its last whole line.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        stop = _end_of_last_line(file, os.fstat(file.fileno()).st_size)
        return Span(_find_start(file, stop, since_s), stop)


def rotated_span(path: Path, since_s: float) -> Span:
    """The same of a log that nobody writes to any more: its end is its end, whatever is there.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        stop = os.fstat(file.fileno()).st_size
        return Span(_find_start(file, stop, since_s), stop)


def _find_start(file: BinaryIO, stop: int, since_s: float) -> int:
    """Where a line begins, before which nothing of the window is; the beginning, where most of the file matters."""
    start = _first_young(file, stop, since_s)
    return start if start > stop // 2 else 0


def _first_young(file: BinaryIO, stop: int, since_s: float) -> int:
    step = max(_STEP, stop // _MOST_LOOKS)
    oldest_us = (since_s - SLACK_S) * 1_000_000
    before = 0
    for offset in range(step, stop, step):
        look = _look(file, offset)
        if look is None:
            continue
        begins, at_us = look
        if at_us >= oldest_us:
            return before
        before = begins
    return before


def _look(file: BinaryIO, offset: int) -> tuple[int, int] | None:
    """The first line after `offset` that tells its time: where it begins, and when."""
    file.seek(offset)
    found = _TIMESTAMP.search(file.read(_LOOK))
    at_us = microseconds(found[1].decode("ascii", "replace")) if found else None
    return None if found is None or at_us is None else (offset + found.start() + 1, at_us)


def _end_of_last_line(file: BinaryIO, size: int) -> int:
    """After the last newline: what follows it is being written, or was never finished."""
    end = size
    while end > 0:
        begin = max(0, end - _BACKWARD)
        file.seek(begin)
        newline = file.read(end - begin).rfind(b"\n")
        if newline >= 0:
            return begin + newline + 1
        end = begin
    return 0
