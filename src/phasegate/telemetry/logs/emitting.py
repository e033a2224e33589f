"""An event appended to a log that others write to, too: one write, under the writers' side-car, so that no rotation loses it."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.logs.sidecar import Sidecar, held

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from phasegate.telemetry.logs.stream import Stream

PATIENCE_S = 0.5
_PAUSE_S = 0.005
_APPEND = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def append(folder: Path, stream: Stream, event: Mapping[str, Any]) -> None:
    """Append `event` to the log of `stream` in `folder`, which is made where it is missing.

    Raises:
        OSError: the system refuses it, or a rotation does not come to its end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    line = json.dumps(event, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
    give_up_s = time.monotonic() + PATIENCE_S
    while True:
        with held(folder, stream, alone=False, car=Sidecar.LOCK) as is_held:
            if is_held:
                _write(folder / stream.live_name, line)
                return
        if time.monotonic() > give_up_s:
            raise BlockingIOError(f"{folder / stream.live_name} is being rotated and does not come free")
        time.sleep(_PAUSE_S)


def _write(path: Path, line: bytes) -> None:
    descriptor = os.open(path, _APPEND, 0o600)
    try:
        if os.lseek(descriptor, 0, os.SEEK_END) and not _ends_whole(descriptor):
            line = b"\n" + line
        if os.write(descriptor, line) != len(line):
            raise OSError(f"{path}: the line was written in part")
    finally:
        os.close(descriptor)


def _ends_whole(descriptor: int) -> bool:
    """Whether the log's last line has its end: one that was torn must not take ours with it."""
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1) == b"\n"
