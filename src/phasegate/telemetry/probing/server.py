"""A server that speaks the Model Context Protocol over stdio, as a client starts it and talks to it.

Source: modelcontextprotocol.io, revision 2025-06-18: the handshake, `tools/list` and `tools/call`.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from phasegate.processes import end

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

REVISION = "2025-06-18"
_ENDED = b""


class ServerError(Exception):
    """The server did not start, did not answer in time, or answered with an error of the protocol."""


@dataclass(frozen=True)
class ServerCommand:
    """How a server is started: its name, its argument list, and the environment variables that it is given besides."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tool:
    """A tool: its name, the properties that it takes, and those that it needs."""

    name: str
    properties: frozenset[str]
    required: frozenset[str]


class Server:
    """A running server; ending the context ends it with all that it started.

    Args:
        command: how it is started.
        environment: all environment variables that it sees besides its own.
        folder: its working folder.
        silence_s: how long it may take for an answer, in seconds.
    """

    def __init__(
        self, command: ServerCommand, environment: Mapping[str, str], folder: Path, silence_s: float
    ) -> None:
        self._silence_s = silence_s
        self._number = 0
        self._lines: queue.Queue[bytes] = queue.Queue()
        try:
            self._process = subprocess.Popen(
                command.arguments,
                cwd=folder,
                env={**environment, **command.environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise ServerError(f"{command.name} does not start: {error.strerror or error}") from None
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        reader.start()

    def __enter__(self) -> Server:  # noqa: PYI034 - Python 3.9 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        end(self._process)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def greet(self) -> None:
        """Do the handshake. Raises `ServerError`."""
        client = {"name": "phasegate-probe", "version": "1"}
        self._ask("initialize", {"protocolVersion": REVISION, "capabilities": {}, "clientInfo": client})
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def tools(self) -> tuple[Tool, ...]:
        """The tools that it serves. Raises `ServerError`."""
        listed = self._ask("tools/list", {}).get("tools")
        try:
            return tuple(map(_tool, listed or ()))
        except (KeyError, TypeError, AttributeError):
            raise ServerError("its list of tools makes no sense") from None

    def call(self, tool: str, arguments: Mapping[str, str]) -> bool:
        """Call a tool; whether it gave something, and no error of its own. Raises `ServerError`."""
        return not self._ask("tools/call", {"name": tool, "arguments": dict(arguments)}).get("isError", False)

    def _ask(self, method: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": parameters})
        while True:
            answer = self._next(method)
            if answer.get("id") == self._number:
                break
        if not isinstance(answer.get("result"), dict):
            raise ServerError(f"{method}: it answers with an error")
        result: Mapping[str, Any] = answer["result"]
        return result

    def _next(self, method: str) -> Mapping[str, Any]:
        try:
            line = self._lines.get(timeout=self._silence_s)
            if line == _ENDED:
                raise ServerError(f"{method}: it ended")
            answer = json.loads(line)
        except queue.Empty:
            raise ServerError(f"{method}: no answer in {self._silence_s:g} s") from None
        except ValueError:
            raise ServerError(f"{method}: its answer is no JSON") from None
        if not isinstance(answer, dict):
            raise ServerError(f"{method}: its answer is no message")
        return answer

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise ServerError("it does not read what it is asked") from None

    def _read(self, stream: IO[bytes]) -> None:
        for line in stream:
            self._lines.put(line)
        self._lines.put(_ENDED)


def _tool(listed: Mapping[str, Any]) -> Tool:
    schema = listed.get("inputSchema", {})
    return Tool(
        str(listed["name"]), frozenset(schema.get("properties", ())), frozenset(schema.get("required", ()))
    )


def server_commands(manifest: Mapping[str, Any], root: Path) -> Sequence[ServerCommand]:
    """How the servers of a plugin's manifest are started, with the plugin's folder filled in as the client does."""

    def filled(value: object) -> str:
        return str(value).replace("${CLAUDE_PLUGIN_ROOT}", str(root))

    servers = manifest.get("mcpServers")
    return [
        ServerCommand(
            name,
            (filled(server["command"]), *map(filled, server.get("args", ()))),
            {key: filled(value) for key, value in server.get("env", {}).items()},
        )
        for name, server in (servers.items() if isinstance(servers, dict) else ())
        if isinstance(server, dict) and "command" in server
    ]
