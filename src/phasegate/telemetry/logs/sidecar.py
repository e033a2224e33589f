"""The side-car `.plugin-commands.reading`: who reads a stream shares it, who renames or deletes its files holds it alone.

`.plugin-commands.lock` is the writers': shared to write a line, held alone to rename the live file.

Nobody waits to hold it alone, so no user's command ever waits for a reader: what could not be renamed is, the next time.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phasegate.telemetry.logs.stream import Stream

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int, *, alone: bool) -> bool:
        """Lock the first byte; readers share nothing there, and the second goes on without."""
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK if alone else msvcrt.LK_NBRLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(handle: int, *, alone: bool) -> bool:
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class Sidecar(Enum):
    """The files beside a stream whose locks order who may do what."""

    READING = "reading"
    LOCK = "lock"


@contextmanager
def held(folder: Path, stream: Stream, *, alone: bool, car: Sidecar = Sidecar.READING) -> Iterator[bool]:
    """Hold a side-car of a stream for the body, if that can be without waiting; tells whether it is."""
    with _held(folder / f".plugin-{stream.value}.{car.value}", alone=alone) as is_held:
        yield is_held


@contextmanager
def only_one(folder: Path, name: str) -> Iterator[bool]:
    """Whether nobody else does in `folder` what is called `name`, for as long as the body runs."""
    with _held(folder / name, alone=True) as is_held:
        yield is_held


@contextmanager
def _held(path: Path, *, alone: bool) -> Iterator[bool]:
    handle = _open(path)
    try:
        yield handle is not None and _take(handle, alone=alone)
    finally:
        if handle is not None:
            os.close(handle)


def _open(path: Path) -> int | None:
    for flags in (
        os.O_RDWR | os.O_CREAT,
        os.O_RDONLY,
    ):  # a folder may be read-only, and a lock is taken all the same
        with suppress(OSError):
            return os.open(path, flags | getattr(os, "O_CLOEXEC", 0), 0o666)
    return None
