"""Locks among processes: the system takes them back when a process dies, so none is left behind.

On Windows there is no shared lock of this kind (`msvcrt`): there both kinds are the exclusive one.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.0005, 0.02


def take(descriptor: int, *, exclusive: bool, patience_s: float = 0.0) -> bool:
    """Lock an open file; whether it is ours, at most `patience_s` seconds later.

    Raises:
        OSError: there are no locks here.
    """
    if _try(descriptor, exclusive=exclusive):
        return True
    give_up_s, pause_s = time.monotonic() + patience_s, _FIRST_PAUSE_S
    while time.monotonic() < give_up_s:
        time.sleep(pause_s)
        if _try(descriptor, exclusive=exclusive):
            return True
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
    return False


def release(descriptor: int) -> None:
    """Give the lock of an open file back; closing the file does so too."""
    if sys.platform == "win32":
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def open_lock(path: str) -> int:
    """A descriptor of the lock file at `path`, which is made where it is not there."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def held(path: Path, patience_s: float = 0.0) -> Iterator[bool]:
    """A block that may hold the lock file at `path` exclusively: it is told whether it does.

    Raises:
        OSError: there are no locks here.
    """
    descriptor = open_lock(str(path))
    try:
        yield take(descriptor, exclusive=True, patience_s=patience_s)
    finally:
        os.close(descriptor)


def _try(descriptor: int, *, exclusive: bool) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # somebody has it, as Unix and as Windows say
        return False
    return True
