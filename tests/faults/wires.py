"""A wire to a server on this machine that can be cut at any byte, or fall silent."""

from __future__ import annotations

import select
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass

HOST = "127.0.0.1"
UP, DOWN = "up", "down"
CLOSE, RESET, STALL = "close", "reset", "stall"
_CHUNK = 65536
_PATIENCE_S = 60.0
_POLL_S = 0.1
_RESETTING = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Cut:
    """What a wire does in front of its `byte`-th byte in one direction, counted from 0 over all connections.

    A stalled one goes on when the wire is mended. `lasting`: every later connection meets the same fate at once.
    """

    direction: str
    byte: int
    manner: str = CLOSE
    lasting: bool = False


class Wire:
    """A TCP proxy to `port` on this machine, which counts what it carries until it cuts."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server((HOST, 0), backlog=64)
        self._listener.settimeout(_POLL_S)
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._mended = threading.Event()
        self._hang_ups = 0
        self.overdue = False
        """Whether a connection stalled for longer than anybody should wait."""
        self._closed = False
        self.mend()
        threading.Thread(target=self._accept, daemon=True).start()

    def mend(self, cut: Cut | None = None, *, follows: Wire | None = None) -> None:
        """Let what is stalled go on, count from 0, and carry everything but for `cut`, or what befalls `follows`."""
        with self._lock:
            self._mended.set()
            self._mended = threading.Event()
            self._cut = cut
            self._follows = follows
            self.carried = {UP: 0, DOWN: 0}
            self.was_cut = False

    def hang_up(self) -> None:
        """Close the connections that are open now."""
        self._hang_ups += 1

    def close(self) -> None:
        """Carry nothing any more."""
        self._closed = True
        self.mend()

    def _accept(self) -> None:
        with self._listener:
            while not self._closed:
                with suppress(socket.timeout):
                    near, _ = self._listener.accept()
                    threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection((HOST, self._target)) as far:
            near.setblocking(True)  # noqa: FBT003 - the standard library's form
            dead = (
                self if self.was_cut else self._follows if self._follows and self._follows.was_cut else None
            )
            cut = dead and dead._cut
            if not (cut and cut.lasting and self._befall(cut, (near, far))):
                self._carry(near, far)

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        """Carry until both ends have said all, or the wire is cut."""
        way = {near: (far, UP), far: (near, DOWN)}
        speaking, hang_ups = {near, far}, self._hang_ups
        while speaking and hang_ups == self._hang_ups:
            for source in select.select(list(speaking), [], [], _POLL_S)[0]:
                sink, direction = way[source]
                data = source.recv(_CHUNK)
                allowed, cut = self._count(len(data), direction)
                sink.sendall(data[:allowed])
                if cut and self._befall(cut, (near, far)):
                    return
                sink.sendall(data[allowed:])
                if not data:
                    speaking.remove(source)
                    sink.shutdown(socket.SHUT_WR)

    def _befall(self, cut: Cut, ends: tuple[socket.socket, ...]) -> bool:
        """Whether the connection is over after `cut`."""
        if cut.manner == STALL:
            self.overdue |= not self._mended.wait(_PATIENCE_S)
            return False
        for end in ends:
            if cut.manner == RESET:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETTING)
            end.close()
        return True

    def _count(self, size: int, direction: str) -> tuple[int, Cut | None]:
        """How many of the next `size` bytes are carried, and what happens after them."""
        with self._lock:
            before = self.carried[direction]
            self.carried[direction] += size
            cut = self._cut
            if cut is None or self.was_cut or cut.direction != direction or cut.byte >= before + size:
                return size, None
            self.was_cut = True
            return cut.byte - before, cut
