"""A lock between processes: two runs never share a session's environment at the same time."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.gates.process import Stopped

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

_POLL_S = 0.2

if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


@dataclass(frozen=True)
class Lock:
    """A lock that is held.

    Attributes:
        handle: its file; a process that inherits it holds the lock until it ends too.
        was_abandoned: whether who held it last was killed or called off, and may have left things half-done.
    """

    handle: int
    was_abandoned: bool


@contextmanager
def locked(path: Path, stop: threading.Event) -> Iterator[Lock]:
    """Hold the lock `path` for the body; the system lets go of it when the process dies.

    Raises:
        Stopped: `stop` was set while another process held the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(str(path), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        while not _try_lock(handle):
            if stop.wait(_POLL_S):
                raise Stopped
        was_abandoned = os.fstat(handle).st_size > 0
        os.write(handle, b"held\n")
        yield Lock(handle, was_abandoned)
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)
