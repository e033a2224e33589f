"""Where the plugin notes what happened. Nothing here raises, and nothing is written before the answer has been sent.

Noting is cheap and imports nothing; `flush` writes, and reads the settings when there is something to write at all.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING

from rforge.telemetry import event
from rforge.telemetry.account import Ending, Mishap
from rforge.telemetry.event import Kind, Note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from rforge.telemetry.account import Account
    from rforge.telemetry.event import Members
    from rforge.telemetry.settings import Settings
    from rforge.telemetry.writer import Writer

MOST_PENDING = 1000
"""How many events wait to be written at most; the oldest are dropped."""

ENDING_S = 2.0
"""How long the end of a session waits for what is being written, in seconds."""


class Kept(Enum):
    """What became of an event."""

    WRITTEN = "written"
    OFF = "off"
    LOST = "lost"


class Journal:
    """The events of one session; any thread may note and flush.

    Args:
        version: the plugin's version.
        user: whoever runs it.
        data: where the plugin keeps what outlives an update, or None.
        log: takes a line for people; of telemetry there is at most one a session.
        environment: where the settings are.
    """

    def __init__(
        self,
        version: str,
        user: str,
        data: Path | None,
        log: Callable[[str], None],
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.session = os.urandom(8).hex()
        self.dropped = 0
        self._identity = (version, user, self.session, data)
        self._log = log
        self._environment = environment
        self._pending: deque[tuple[float, Kind, Members]] = deque(maxlen=MOST_PENDING)
        self._making = threading.Lock()
        self._settings: Settings | None = None
        self._writer: Writer | None = None
        self._is_useless = False
        self._telling, self._speaking = threading.Lock(), threading.Lock()  # each is taken once, for good
        self._flushing: threading.Thread | None = None

    def tell_session(self, *, has_started: bool) -> None:
        """The session started, or could not; told once, what comes first."""
        if self._telling.acquire(blocking=False):
            self._note(Kind.SESSION, event.session_members(has_started=has_started))

    def tell_error(self, error: BaseException, command: str = "") -> None:
        """An error that belongs to no call."""
        self._note(Kind.ERROR, event.error_members(Mishap.of(error), command))

    def tell_command(self, account: Account) -> None:
        """A command ended, with the errors that it met."""
        if account.command:
            self._pending.append((account.ended_at_s, Kind.COMMAND, event.command_members(account)))
            for mishap in account.mishaps:
                self._note(Kind.ERROR, event.error_members(mishap, account.command))

    def tell_taken(self) -> None:
        """Work on a call begins."""
        self._note(Kind.DEBUG, {"text": Note.TAKEN.value})

    def tell_calls(self, accounts: Sequence[Account], elapsed_s: float) -> None:
        """The answers to calls that came in one line have left, `elapsed_s` seconds after it came."""
        latency_s = elapsed_s - sum(account.duration_s for account in accounts)
        for account in accounts:
            is_answered = account.ending is not Ending.CANCELLED
            self.tell_command(account)
            if is_answered and account.command:
                self._note(Kind.CALL, event.call_members(account, latency_s))
            note = Note.ANSWERED if is_answered else Note.UNANSWERED
            self._note(Kind.DEBUG, {"text": note.value})

    def keep(self, kind: Kind, members: Members) -> Kept:
        """Write an event now, and say what became of it."""
        return self._write(time.time(), kind, members)

    def flush(self, *, is_beside: bool = False) -> None:
        """Write what was noted; beside what goes on, or before it does."""
        if not is_beside:
            self._write_pending()
        elif self._pending and not (self._flushing and self._flushing.is_alive()):
            self._flushing = threading.Thread(target=self._write_pending, name="flush", daemon=True)
            with suppress(RuntimeError):  # there can be no more threads; the next flush has it
                self._flushing.start()

    def _write_pending(self) -> None:
        while self._pending:
            try:
                noted = self._pending.popleft()
            except IndexError:  # another thread has it
                return
            self._write(*noted)

    def close(self) -> None:
        """Write what is left; nothing is noted after this."""
        self.flush()
        if self._flushing is not None and self._flushing.ident is not None:
            self._flushing.join(ENDING_S)
        writer = self._writer
        if writer is not None:
            writer.close()

    def settings(self) -> Settings:
        """How telemetry is set, looked up once.

        Raises:
            OSError: the folder is below a home that nobody knows.
        """
        if self._settings is None:
            from rforge.telemetry.settings import read_settings

            self._settings = read_settings(self._environment)
            if self._settings.complaint:
                self._say(self._settings.complaint)
        return self._settings

    def _note(self, kind: Kind, members: Members) -> None:
        self._pending.append((time.time(), kind, members))

    def _write(self, at_s: float, kind: Kind, members: Members) -> Kept:
        try:
            if not self.settings().is_on:
                return Kept.OFF
            writer = self._ready_writer()
            if writer is not None:
                writer.write(at_s, kind, members)
                return Kept.WRITTEN
        except Exception as error:  # noqa: BLE001 - no command fails for want of a log
            self._say(f"an event could not be written: {error}")
        self.dropped += 1
        return Kept.LOST

    def _ready_writer(self) -> Writer | None:
        """The writer; None once there could be none."""
        with self._making:
            if self._writer is None and not self._is_useless:
                self._is_useless = True
                from rforge.telemetry.writer import Writer

                self._writer = Writer(self.settings(), *self._identity)
            return self._writer

    def _say(self, sentence: str) -> None:
        if self._speaking.acquire(blocking=False):
            self._log(f"telemetry: {sentence}")
