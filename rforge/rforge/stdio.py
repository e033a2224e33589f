"""The server's loop: lines from stdin, answers to stdout, until stdin ends.

Calls are answered beside the loop, so that one that takes long keeps no other waiting, and can be cancelled.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

from rforge.history import History
from rforge.plugin import current_user, data_folder, load_flags, load_version, log
from rforge.protocol import Protocol, refuse_line
from rforge.render.screen import Screen
from rforge.tools import Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import ThreadPoolExecutor
    from typing import BinaryIO

    from rforge.protocol import Job
    from rforge.telemetry.journal import Journal

MAX_LINE_BYTES = 8 * 1024 * 1024
"""No request of ours comes near; a longer line is refused without being kept."""

CALLS_AT_ONCE = 4
WIDTH = 100
"""A transcript shows no more columns."""


class Answers:
    """Where answers go: whole lines, from any thread; it is closed when the client has gone."""

    def __init__(self, stream: BinaryIO) -> None:
        self.is_closed = False
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, message: bytes) -> None:
        """Write one message and its newline."""
        with self._lock:
            if self.is_closed:
                return
            try:
                self._stream.write(message + b"\n")
                self._stream.flush()
            except (OSError, ValueError):
                self.is_closed = True


def serve(requests: BinaryIO, answers: Answers, protocol: Protocol) -> None:
    """Answer every line of `requests`; end when either side ends, once the calls under way are answered."""
    desk = _Desk(answers, protocol.journal)
    is_wanted = False
    try:
        while not answers.is_closed:
            line = requests.readline(MAX_LINE_BYTES + 1)
            if not line:
                break
            if len(line) > MAX_LINE_BYTES:
                _skip_rest(requests, line)
                answers.send(refuse_line(f"The line is longer than {MAX_LINE_BYTES} bytes."))
            elif line.strip():
                desk.take(protocol.accept(line))
        is_wanted = not answers.is_closed
    finally:
        if not is_wanted:
            protocol.cancel_all()
        desk.close()


class _Desk:
    """Has jobs done: short ones at once, long ones beside the conversation."""

    def __init__(self, answers: Answers, journal: Callable[[], Journal]) -> None:
        self._answers = answers
        self._journal = journal
        self._pool: ThreadPoolExecutor | None = None

    def take(self, job: Job) -> None:
        if not job.is_long:
            self._do(job)
            return
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="call")
        self._pool.submit(self._do, job)

    def close(self) -> None:
        """Wait for the calls under way."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)

    def _do(self, job: Job) -> None:
        if self._answers.is_closed:
            return
        answer = job.answer()
        if answer is not None:
            self._answers.send(answer)
        if job.note():
            self._journal().flush(is_beside=not job.is_long)  # the next line waits for the short ones


def _skip_rest(requests: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = requests.readline(MAX_LINE_BYTES)


def make_workshop(logger: Callable[[str], None], screen: Screen) -> Workshop:
    """The workshop of this process."""
    return Workshop(
        flags=load_flags(),
        user=current_user(),
        clock=time.monotonic,
        log=logger,
        history=History(data_folder(), logger),
        screen=screen,
    )


class Journals:
    """Gives the journal of this process, which is made when it is first asked for: a first answer does not need it.

    Args:
        version: the plugin's version.
        workshop: knows the user, and what of the flags is broken.
        broken: what else of the plugin is.
    """

    def __init__(self, version: str, workshop: Workshop, broken: Iterable[Exception] = ()) -> None:
        self._version, self._workshop, self._broken = version, workshop, broken
        self._making = threading.Lock()
        self._made: Journal | None = None

    def __call__(self) -> Journal:
        """The journal, which knows already what is broken."""
        with self._making:
            if self._made is None:
                from rforge.telemetry.journal import Journal

                self._made = Journal(self._version, self._workshop.user, data_folder(), self._workshop.log)
                for error in (*self._broken, *self._workshop.flags.broken):
                    self._made.tell_error(error)
            return self._made

    def close(self) -> None:
        """Write what is left, if there is a journal: a session in which nobody asked for anything leaves nothing."""
        if self._made is not None:
            self._made.close()


def main() -> int:
    """Serve on the process's own streams; returns the exit status."""
    answers = Answers(sys.stdout.buffer)
    sys.stdout = sys.stderr  # a stray print must not end up between the answers
    broken: list[Exception] = []
    workshop, version = make_workshop(log, Screen(width=WIDTH)), load_version(broken=broken.append)
    journal = Journals(version, workshop, broken)
    protocol = Protocol(workshop, version, answers.send, journal)
    try:
        serve(sys.stdin.buffer, answers, protocol)
    except KeyboardInterrupt:
        log("interrupted.")
    except Exception as error:
        journal().tell_session(has_started=False)
        journal().tell_error(error)
        raise
    finally:
        if protocol.ready.is_set():  # told by now, unless it was interrupted just before
            journal().tell_session(has_started=True)
        journal.close()
    return 0
