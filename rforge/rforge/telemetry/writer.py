"""Events as lines in their streams; what is rotated is compressed beside the conversation."""

from __future__ import annotations

import json
import math
import os
import re
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from rforge.telemetry.event import SCHEMA, Kind
from rforge.telemetry.rotation import now_utc, rotate
from rforge.telemetry.salt import digest, local_salt
from rforge.telemetry.stream import Stream

if TYPE_CHECKING:
    from pathlib import Path

    from rforge.telemetry.event import Members
    from rforge.telemetry.settings import Settings

PLUGIN = "rforge"
NO_VERSION = "0.0.0"

_VERSION = re.compile(r"\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][0-9A-Za-z.+-]{1,32})?")
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Writer:
    """Writes the events of one session.

    Args:
        settings: how telemetry is set; it is on.
        version: the plugin's version; what looks like none is left out.
        user: whoever runs it; only a digest is written.
        session: 16 hexadecimal digits.
        data: where the plugin keeps what outlives an update, or None.

    Raises:
        OSError: there is no salt, and none can be made.
    """

    def __init__(self, settings: Settings, version: str, user: str, session: str, data: Path | None) -> None:
        self.settings = settings
        salt = local_salt(data or settings.folder)
        who = {
            "plugin": PLUGIN,
            "version": version if _VERSION.fullmatch(version) else NO_VERSION,
            "install": digest(salt, "install", PLUGIN),
            "user": digest(salt, "user", user),
            "session": session,
            "probe": settings.is_probe,
        }
        self._middles = {kind.word: f',"event":"{kind.word}",{_encode(who)[1:-1]},' for kind in Kind}
        self._streams = {kind.stream: Stream(settings.folder, kind.stream) for kind in Kind}
        self._second: tuple[int | None, str] = (None, "")
        self._postponed: dict[str, int] = {}

    def write(self, at_s: float, kind: Kind, members: Members) -> None:
        """Write the event that happened at `at_s`, seconds since 1970.

        Raises:
            OSError: it could not be written.
        """
        if kind is Kind.DEBUG and not self.settings.is_debug:
            return
        size = self._streams[kind.stream].append(self.line(at_s, kind, members))
        if size >= self.settings.file_bytes:
            self._rotate(kind.stream, size)

    def line(self, at_s: float, kind: Kind, members: Members) -> bytes:
        """The event's line: compact JSON, ASCII alone, and a newline."""
        head = f'{{"schema":{SCHEMA},"timestamp":"{self._timestamp(at_s)}","id":"{os.urandom(8).hex()}"'
        return f"{head}{self._middles[kind.word]}{_encode(members)[1:]}\n".encode("ascii")

    def close(self) -> None:
        """Close all files; another event opens them again."""
        for stream in self._streams.values():
            stream.close()

    def _timestamp(self, at_s: float) -> str:
        second = math.floor(at_s)
        known, text = self._second
        if second != known:
            text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._second = (second, text)
        return f"{text}.{int((at_s - second) * 1000):03d}Z"

    def _rotate(self, name: str, size: int) -> None:
        """Rotate if nobody minds; else a later line tries again, when the file has grown by another hundredth."""
        if size < self._postponed.get(name, 0):
            return
        is_rotated = False
        with suppress(OSError):  # as Windows says of a file that somebody reads
            is_rotated = rotate(self.settings.folder, name, self.settings.file_bytes, now_utc())
        self._postponed[name] = 0 if is_rotated else size + self.settings.file_bytes // 100
        if is_rotated:
            with suppress(
                RuntimeError
            ):  # no thread begins while Python ends; the next one to rotate finds it
                threading.Thread(target=self._tidy, args=(name,), name="tidy logs", daemon=True).start()

    def _tidy(self, name: str) -> None:
        from rforge.telemetry.compression import tidy

        with suppress(OSError):  # the next one to rotate goes on
            tidy(self.settings.folder, name, self.settings.files)
