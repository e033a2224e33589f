"""One live file that many processes append to: a line is one write, and nobody writes to a file that was rotated.

Whoever writes holds the stream's lock shared, whoever rotates exclusively; under the lock it is looked whether the open
file is still the live one, and whether its last line is whole.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from rforge.locks import open_lock, release, take

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 0.5
"""How long a line waits for the lock before it is given up, in seconds; after one that waited in vain none waits."""

KEEPS_OPEN = sys.platform != "win32"
"""Windows renames no file that somebody has open."""

_SETTLING_S = 0.001
"""How long a line may be on its way into the file; it takes microseconds."""

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


class Stream:
    """The live file of the stream `name` in `folder`; both are made with the first line. Threads may share it.

    Args:
        folder: where the logs lie.
        name: the file's name without `.log`.
        keeps_open: whether files stay open between two lines.
    """

    def __init__(self, folder: Path, name: str, *, keeps_open: bool = KEEPS_OPEN) -> None:
        self._folder = folder
        self._path, self._lock_path = str(folder / f"{name}.log"), str(folder / f".{name}.lock")
        self._keeps_open = keeps_open
        self._patience_s = PATIENCE_S
        self._turn = threading.Lock()
        self._lock = self._live = -1
        self._identity: tuple[int, int] | None = None

    def append(self, line: bytes) -> int:
        """Write a line, its newline included; how many bytes the file has then.

        Raises:
            TimeoutError: the lock did not come.
            OSError: the line could not be written, or not whole.
        """
        if not self._turn.acquire(timeout=PATIENCE_S):
            raise TimeoutError(errno.ETIMEDOUT, "another thread keeps the log")
        try:
            try:
                return self._append(line)
            except FileNotFoundError:  # somebody has removed the folder, or what is in it
                self._close()
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                return self._append(line)
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close the files; another line opens them again."""
        with self._turn:
            self._close()

    def _append(self, line: bytes) -> int:
        self._take_lock()
        try:
            size = self._reach_live()
            if size and not self._ends_whole(size):
                line = b"\n" + line  # what another could not finish stays a line of its own
            written = os.write(self._live, line)
            if written < len(line):
                with suppress(OSError):
                    os.write(self._live, b"\n")
                raise OSError(errno.ENOSPC, "the disk is full")
        finally:
            release(self._lock)
            if not self._keeps_open:
                self._close()
        return size + written

    def _take_lock(self) -> None:
        if self._lock < 0:
            self._lock = open_lock(self._lock_path)
        if not take(self._lock, exclusive=False, patience_s=self._patience_s):
            self._patience_s = 0.0
            raise TimeoutError(errno.ETIMEDOUT, "another process keeps the log")
        self._patience_s = PATIENCE_S

    def _reach_live(self) -> int:
        """Have the live file open; its size."""
        try:
            found = os.stat(self._path)  # noqa: PTH116 - a text: this is done for every line
        except FileNotFoundError:
            return self._open_live()
        if (found.st_dev, found.st_ino) != self._identity:
            return self._open_live()
        return found.st_size

    def _open_live(self) -> int:
        lock = os.fstat(self._lock)
        named = os.stat(self._lock_path)  # noqa: PTH116
        if (lock.st_dev, lock.st_ino) != (named.st_dev, named.st_ino):
            raise FileNotFoundError(errno.ENOENT, "the lock was removed")
        if self._live >= 0:
            os.close(self._live)
            self._live, self._identity = -1, None
        self._live = os.open(self._path, _FLAGS, 0o600)
        found = os.fstat(self._live)
        if not stat.S_ISREG(found.st_mode):  # a pipe might never take the line
            os.close(self._live)
            self._live = -1
            raise OSError(errno.EINVAL, "the log is no file")
        self._identity = (found.st_dev, found.st_ino)
        return found.st_size

    def _ends_whole(self, size: int) -> bool:
        """Whether a file of `size` bytes ends with a newline, or does once the line that is on its way has arrived."""
        if self._byte_before(size) == b"\n":
            return True
        time.sleep(_SETTLING_S)
        return self._byte_before(os.fstat(self._live).st_size) == b"\n"

    def _byte_before(self, end: int) -> bytes:
        if sys.platform == "win32":
            os.lseek(self._live, end - 1, os.SEEK_SET)
            return os.read(self._live, 1)
        return os.pread(self._live, 1, end - 1)

    def _close(self) -> None:
        for descriptor in (self._live, self._lock):
            if descriptor >= 0:
                os.close(descriptor)
        self._lock = self._live = -1
        self._identity = None
