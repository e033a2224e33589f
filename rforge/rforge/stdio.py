"""The server's loop: lines from stdin, answers to stdout, until stdin ends."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from rforge.plugin import current_user, load_flags, load_version, log
from rforge.protocol import Protocol, refuse_line
from rforge.tools import Workshop

if TYPE_CHECKING:
    from typing import BinaryIO

MAX_LINE_BYTES = 8 * 1024 * 1024
"""No request of ours comes near; a longer line is refused without being kept."""


def serve(protocol: Protocol, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer every line of `requests` on `answers`; end when either of them ends."""
    while True:
        line = requests.readline(MAX_LINE_BYTES + 1)
        if not line:
            return
        if len(line) > MAX_LINE_BYTES:
            _skip_rest(requests, line)
            answer: bytes | None = refuse_line(f"The line is longer than {MAX_LINE_BYTES} bytes.")
        else:
            answer = protocol.answer_line(line) if line.strip() else None
        if answer is not None:
            try:
                answers.write(answer + b"\n")
                answers.flush()
            except (BrokenPipeError, ValueError):
                return


def _skip_rest(requests: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = requests.readline(MAX_LINE_BYTES)


def main() -> int:
    """Serve on the process's own streams; returns the exit status."""
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # a stray print must not end up between the answers
    workshop = Workshop(flags=load_flags(), user=current_user(), clock=time.monotonic, log=log)
    try:
        serve(Protocol(workshop, load_version()), sys.stdin.buffer, answers)
    except KeyboardInterrupt:
        log("interrupted.")
    return 0
