"""A client of one MCP server over stdio that never hangs and tells each of the server's faults apart.

The standard library alone, on every Python that the server supports: the official client needs a newer one, and hides
the process that is measured here.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from measuring.faults import (
    GarbageAnswerError,
    HugeAnswerError,
    NoAnswerError,
    RefusedError,
    ServerEndedError,
    ServerError,
    TornAnswerError,
    WrongAnswerError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

PROTOCOL_VERSION = "2025-11-25"
PATIENCE_S = 30.0
"""How long an answer may take where the caller says nothing else."""

MAX_ANSWER_BYTES = 16 * 1024 * 1024
_CHUNK_BYTES = 65536
_LOG_LINES = 20


class McpClient:
    """A server's process and the conversation with it; a context manager, which ends the process.

    Several threads may ask at once. The first fault of the stream is final: whoever waits, or asks later, gets it. A process that is told to end has `ending_s` seconds for
    it before it is told more firmly.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str] | None = None,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        ending_s: float = 2.0,
    ) -> None:
        self.max_answer_bytes, self.ending_s = max_answer_bytes, ending_s
        self.process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._changed = threading.Condition()
        self._answers: dict[int, dict[str, Any]] = {}
        self._asked: set[int] = set()
        self._fault: ServerError | None = None
        self._begun_bytes = 0
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._threads = [
            self._listening,
            threading.Thread(target=self._write, daemon=True),
            threading.Thread(target=self._read, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> McpClient:  # noqa: PYI034 - Self is newer than Python 3.9
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def log(self) -> str:
        """The last lines that the server wrote to stderr."""
        return "".join(self._log).strip()

    def initialize(self, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """The handshake; what the server says of itself."""
        params = {
            "protocolVersion": PROTOCOL_VERSION,
            "capabilities": {},
            "clientInfo": {"name": "measuring", "version": "0"},
        }
        result = self.request("initialize", params, patience_s)
        self.notify("notifications/initialized")
        return result

    def call(
        self, tool: str, arguments: Mapping[str, object] | None = None, patience_s: float = PATIENCE_S
    ) -> dict[str, Any]:
        """Call a tool; its result, which may say `isError`."""
        return self.request("tools/call", {"name": tool, "arguments": dict(arguments or {})}, patience_s)

    def request(
        self, method: str, params: Mapping[str, Any] | None = None, patience_s: float = PATIENCE_S
    ) -> dict[str, Any]:
        """Ask and wait for the result, at most `patience_s` seconds.

        Raises:
            ServerError: one of the kinds in `measuring.faults`.
        """
        return self.wait(self.ask(method, params), patience_s)

    def ask(self, method: str, params: Mapping[str, Any] | None = None) -> int:
        """Send a request and go on; the id by which to wait for its answer."""
        with self._changed:
            key = len(self._asked) + 1
            self._asked.add(key)
        self._send({"jsonrpc": "2.0", "id": key, "method": method, "params": dict(params or {})})
        return key

    def notify(self, method: str, params: Mapping[str, Any] | None = None) -> None:
        """Send what no answer is owed for."""
        self._send({"jsonrpc": "2.0", "method": method, **({"params": dict(params)} if params else {})})

    def cancel(self, key: int) -> None:
        """Tell the server that nobody waits for this answer any more; one that comes all the same is dropped."""
        self.notify("notifications/cancelled", {"requestId": key, "reason": "nobody waits"})

    def wait(self, key: int, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """The result of what was asked under `key`; raises as `request` does."""
        until_s = time.monotonic() + patience_s
        with self._changed:
            while key not in self._answers:
                if self._fault is not None:
                    raise self._fault
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    raise NoAnswerError(self._silence(patience_s), self.log)
                self._changed.wait(left_s)
            answer = self._answers.pop(key)
        if "error" in answer:
            raise RefusedError(answer["error"])
        return dict(answer["result"])

    def close(self) -> int:
        """Close the server's input, end it where it does not end by itself; its exit status."""
        self._outgoing.put(None)
        for end in (self.process.poll, self.process.terminate, self.process.kill):
            end()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.ending_s)
                break
        for thread in self._threads:
            thread.join(self.ending_s)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return self.process.wait()

    def _silence(self, patience_s: float) -> str:
        begun = f"; {self._begun_bytes} bytes of a line came" if self._begun_bytes else ""
        return f"No answer within {patience_s:g} s{begun}."

    def _send(self, message: dict[str, Any]) -> None:
        self._outgoing.put(json.dumps(message).encode("ascii") + b"\n")

    def _write(self) -> None:
        """On a thread: a server that does not read would stop whoever writes."""
        stream = self.process.stdin
        assert stream is not None  # noqa: S101 - as Popen was called
        try:
            while (line := self._outgoing.get()) is not None:
                stream.write(line)
                stream.flush()
        except OSError:
            return  # it is over; the reader says why
        finally:
            with suppress(OSError):
                stream.close()

    def _listen(self) -> None:
        stream = self.process.stderr
        assert stream is not None  # noqa: S101 - as Popen was called
        for line in stream:
            self._log.append(line.decode("utf-8", "replace"))

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None  # noqa: S101 - as Popen was called
        rest = bytearray()
        try:
            while chunk := os.read(stream.fileno(), _CHUNK_BYTES):
                rest += chunk
                if b"\n" in chunk:
                    *lines, rest = rest.split(b"\n")
                    for line in lines:
                        self._take(bytes(line))
                self._begun_bytes = len(rest)
                if len(rest) > self.max_answer_bytes:
                    raise HugeAnswerError(f"An answer of more than {self.max_answer_bytes} bytes.")
            raise self._ended(len(rest))
        except ServerError as fault:
            self._stop(fault)

    def _ended(self, torn_bytes: int) -> ServerError:
        try:
            status = f"ended with status {self.process.wait(self.ending_s)}"
        except subprocess.TimeoutExpired:
            status = "closed its output"
        self._listening.join(self.ending_s)
        if torn_bytes:
            return TornAnswerError(
                f"The server {status} in the middle of a line of {torn_bytes} bytes.", self.log
            )
        return ServerEndedError(f"The server {status}.", self.log)

    def _take(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            raise GarbageAnswerError(f"A line is no JSON: {line[:80]!r}.") from None
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            raise GarbageAnswerError(f"A line is no JSON-RPC 2.0 message: {line[:80]!r}.")
        if "method" in message:
            return  # a notification of the server's own
        if not isinstance(message.get("result"), dict) and "error" not in message:
            raise GarbageAnswerError(f"An answer has neither a result nor an error: {line[:80]!r}.")
        with self._changed:
            key = message.get("id")
            if key not in self._asked:
                raise WrongAnswerError(f"An answer to {key!r}, which was never asked: {line[:80]!r}.")
            self._answers[key] = message
            self._changed.notify_all()

    def _stop(self, fault: ServerError) -> None:
        with self._changed:
            self._fault = fault
            self._changed.notify_all()
