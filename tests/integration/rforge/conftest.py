"""The server as the client starts it: its own process, three pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[3]
PATIENCE_S = 60.0


@pytest.fixture(autouse=True, scope="session")
def do_not_track() -> Iterator[None]:
    """No test writes logs, unless it says where."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DO_NOT_TRACK", "1")
        yield


class Server:
    """A running server; a line in, a line out."""

    def __init__(self, script: Path, folder: Path, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(script)],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def send(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def receive(self) -> Any:
        """The next message; a server that is silent for long is ended, so that no test waits for ever."""
        assert self.process.stdout is not None
        silence = threading.Timer(PATIENCE_S, self.process.kill)
        silence.start()
        line = self.process.stdout.readline()
        silence.cancel()
        if not line.endswith(b"\n"):
            status, _, log = self.end()
            pytest.fail(
                f"the server ended with {status} after {line[:200]!r}: {log.decode(errors='replace')}"
            )
        return json.loads(line)

    def ask(self, method: str, params: dict[str, Any] | None = None, key: int = 1) -> Any:
        message = {"jsonrpc": "2.0", "id": key, "method": method, "params": params or {}}
        self.send(json.dumps(message).encode() + b"\n")
        return self.receive()

    def call(self, tool: str, **arguments: object) -> Any:
        return self.ask("tools/call", {"name": tool, "arguments": arguments})["result"]

    def end(self) -> tuple[int, bytes, bytes]:
        """Close stdin; exit status, what is left on stdout, and stderr."""
        left, log = self.process.communicate(timeout=30)
        return self.process.returncode, left, log


@pytest.fixture
def fixtures() -> Path:
    return REPOSITORY / "tests" / "fixtures" / "r"


@pytest.fixture
def plugin() -> Path:
    """The plugin's folder, as it is in this checkout."""
    return REPOSITORY / "rforge"


Start = Callable[..., Server]


@contextmanager
def servers() -> Iterator[Start]:
    """What starts servers; all of them are ended in the end."""
    started: list[Server] = []

    def start_server(script: Path, folder: Path, **environment: str) -> Server:
        started.append(Server(script, folder, **environment))
        return started[-1]

    yield start_server
    for server in started:
        if server.process.poll() is None:
            server.end()
        for stream in (server.process.stdin, server.process.stdout, server.process.stderr):
            if stream is not None:
                stream.close()


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a server; it is ended after the test."""
    with servers() as start_server:
        yield start_server


@pytest.fixture
def server(start: Start, plugin: Path, tmp_path: Path) -> Server:
    """A server that runs in a folder without packages."""
    return start(plugin / "server.py", tmp_path)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of a module."""
    with servers() as start_server:
        yield start_server(REPOSITORY / "rforge" / "server.py", tmp_path_factory.mktemp("nowhere"))
