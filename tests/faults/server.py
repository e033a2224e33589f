"""A remote with a server of its own: `git daemon` on loopback, which goes on when an operator's machine dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faults.operators import POLL_S, processes_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STARTING_S = 20.0


@dataclass(frozen=True)
class Server:
    """A server of the repositories below `folder`; its processes are a group of their own."""

    folder: Path
    port: int
    group: int
    idle: frozenset[int]

    def url(self, repository: Path) -> str:
        """Where it serves `repository`."""
        return f"git://127.0.0.1:{self.port}/{repository.relative_to(self.folder).as_posix()}"

    def settle(self) -> None:
        """Wait until it has ended what it was asked for."""
        while processes_in(self.group) - self.idle:
            time.sleep(POLL_S)


@contextmanager
def serve(folder: Path) -> Iterator[Server]:
    """Serve the repositories below `folder`, pushes too."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--reuseaddr", "--export-all", "--enable=receive-pack", f"--base-path={folder}"]
    process = subprocess.Popen(
        ["git", "daemon", *options, "--listen=127.0.0.1", f"--port={port}", str(folder)],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(port)
        yield Server(folder, port, process.pid, frozenset(processes_in(process.pid)))
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + STARTING_S
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(POLL_S)
    raise TimeoutError("git daemon did not start")
