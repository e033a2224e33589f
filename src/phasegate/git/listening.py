"""A git command that talks to a remote: heard to its end, or ended once nothing was heard of it for too long."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

_GRACE_S = 2.0
_LONGEST_JOIN_S = 3600.0  # Windows knows no join of months
_CHUNK = 65536
_PROGRESS = re.compile(
    r"(remote: )?([A-Z][\w ]+: +\d+(%|, done)|Total \d+ \(|Delta compression using )", re.ASCII
)


class _Ear(threading.Thread):
    """Reads a stream to its end, and knows when it last heard something."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._stream = os.fdopen(os.dup(stream.fileno()), "rb", buffering=0)  # which nobody else closes
        self._heard: list[bytes] = []
        self.at_s = time.monotonic()
        self.start()

    def run(self) -> None:
        with self._stream:
            while chunk := self._stream.read(_CHUNK):
                self._heard.append(chunk)
                self.at_s = time.monotonic()

    @property
    def heard(self) -> bytes:
        return b"".join(self._heard)


def listen(process: subprocess.Popen[bytes], silence_s: float) -> tuple[bytes, bytes, bool]:
    """What `process` writes to stdout and to stderr until it ends, and whether it had to be ended.

    It is ended, with the commands that it runs, once it has written nothing for `silence_s`.
    """
    assert process.stdout is not None  # noqa: S101 - GitPython opens both
    assert process.stderr is not None  # noqa: S101
    silent = True
    try:
        ears = (_Ear(process.stdout), _Ear(process.stderr))
        silent = not _hear_out(ears, silence_s)
    finally:
        if silent:  # or interrupted
            _end(process)
    process.wait()
    return ears[0].heard, ears[1].heard, silent


def _hear_out(ears: tuple[_Ear, ...], silence_s: float) -> bool:
    """Whether both streams came to their end before a silence."""
    while listening := [ear for ear in ears if ear.is_alive()]:
        left_s = max(ear.at_s for ear in ears) + silence_s - time.monotonic()
        if left_s <= 0:
            return False
        listening[0].join(min(left_s, _LONGEST_JOIN_S))
    return True


def without_progress(text: str) -> str:
    """`text` as a terminal leaves it, without lines of progress."""
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return "\n".join(line for line in lines if not _PROGRESS.match(line))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process as a terminal would, so that git removes its locks, and all that it started."""
    if sys.platform == "win32":
        command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(command, check=False, capture_output=True)
    else:
        for pid in _family(process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
        process.kill()
    process.wait()


def _family(pid: int) -> list[int]:
    """The process and its descendants: git leaves those that talk to the remote behind when it is ended."""
    found = [pid]
    for parent in found:
        found += _children(parent)
    return found


def _children(pid: int) -> list[int]:
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    with suppress(OSError):
        if listing.exists():
            return [int(child) for child in listing.read_text(encoding="ascii").split()]
        command = ["pgrep", "-P", str(pid)]
        listed = subprocess.run(command, check=False, capture_output=True, text=True, encoding="ascii")
        return [int(child) for child in listed.stdout.split()]
    return []
