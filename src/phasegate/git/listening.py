"""A git command that talks to a remote: heard to its end, or ended once nothing was heard of it for too long."""

from __future__ import annotations

import os
import re
import threading
import time
from typing import IO, TYPE_CHECKING

from phasegate.processes import end

if TYPE_CHECKING:
    import subprocess

_POLL_S = 0.2
_GRACE_S = 1.0
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

    It is ended, with the commands that it runs, once it has written nothing for `silence_s`. What it leaves running, such
    as an ssh that others share, may hold both open for ever, and is not waited for.
    """
    assert process.stdout is not None  # noqa: S101 - GitPython opens both
    assert process.stderr is not None  # noqa: S101
    silent = True
    try:
        ears = (_Ear(process.stdout), _Ear(process.stderr))
        silent = not _hear_out(process, ears, silence_s)
    finally:
        if silent:  # or interrupted
            end(process)
    process.wait()
    return ears[0].heard, ears[1].heard, silent


def _hear_out(process: subprocess.Popen[bytes], ears: tuple[_Ear, ...], silence_s: float) -> bool:
    """Whether both streams, or the process and what it said, came to their end before a silence."""
    while listening := [ear for ear in ears if ear.is_alive()]:
        if process.poll() is not None:
            for ear in listening:
                ear.join(_GRACE_S)  # for what is still in the pipe
            return True
        left_s = max(ear.at_s for ear in ears) + silence_s - time.monotonic()
        if left_s <= 0:
            return False
        listening[0].join(min(left_s, _POLL_S))
    return True


def without_progress(text: str) -> str:
    """`text` as a terminal leaves it, without lines of progress."""
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return "\n".join(line for line in lines if not _PROGRESS.match(line))
