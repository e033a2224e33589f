"""A server that speaks MCP over stdio, and breaks on demand.

    python mock_mcp_server.py [--fault KIND] [--at METHOD] [--seconds S] [--mebibytes N]

Its tools: `echo` (text → the text), `sleep` (seconds), `fail` (a tool's own error). Requests are answered side by side, and
`notifications/cancelled` ends a sleep without an answer. The fault strikes at the first request for METHOD.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
METHOD_NOT_FOUND, INVALID_PARAMS = -32601, -32602
TEXT = {"type": "string"}
TOOLS = [
    {
        "name": name,
        "description": description,
        "inputSchema": {"type": "object", "properties": properties, "required": list(properties)},
    }
    for name, description, properties in (
        ("echo", "Gives the text back.", {"text": TEXT}),
        ("sleep", "Answers after that many seconds.", {"seconds": {"type": "number"}}),
        ("fail", "Fails as a tool does.", {}),
    )
]


class RefusalError(Exception):
    """An error of the protocol."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class MockServer:
    """One conversation, until stdin ends."""

    def __init__(self, fault: str, at: str, seconds: float, mebibytes: int) -> None:
        self.fault, self.at, self.seconds, self.mebibytes = fault, at, seconds, mebibytes
        self.cancelled: dict[Any, threading.Event] = {}
        self.writing = threading.Lock()

    def serve(self) -> None:
        if self.fault == "dead":
            print("mock: dead on arrival", file=sys.stderr)
            os._exit(3)
        if self.fault == "deaf":
            time.sleep(self.seconds)
            return
        threads = []
        for line in sys.stdin.buffer:
            message = json.loads(line)
            if message.get("method") == "notifications/cancelled":
                self.cancelled.setdefault(message["params"]["requestId"], threading.Event()).set()
            elif "id" in message:
                self.cancelled.setdefault(message["id"], threading.Event())
                threads.append(threading.Thread(target=self.answer, args=(message,)))
                threads[-1].start()
        for thread in threads:
            thread.join()

    def answer(self, message: dict[str, Any]) -> None:
        key, params = message["id"], message.get("params") or {}
        try:
            answer = {"jsonrpc": "2.0", "id": key, "result": self.result(message["method"], params, key)}
        except RefusalError as error:
            answer = {"jsonrpc": "2.0", "id": key, "error": {"code": error.code, "message": str(error)}}
        if self.cancelled[key].is_set():
            return
        strike = FAULTS.get(self.fault) if message["method"] == self.at else None
        if strike is None:
            self.write(line_of(answer))
        else:
            self.fault = ""
            strike(self, answer)

    def result(self, method: str, params: dict[str, Any], key: Any) -> dict[str, Any]:
        if method == "initialize":
            asked = params.get("protocolVersion")
            return {
                "protocolVersion": asked if asked in VERSIONS else VERSIONS[-1],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "mock", "version": "1.0.0"},
            }
        if method == "ping":
            return {}
        if method == "tools/list":
            return {"tools": TOOLS}
        if method == "tools/call":
            return self.call(str(params.get("name")), params.get("arguments") or {}, key)
        raise RefusalError(METHOD_NOT_FOUND, f"no method {method}")

    def call(self, tool: str, arguments: dict[str, Any], key: Any) -> dict[str, Any]:
        if tool == "sleep":
            self.cancelled[key].wait(float(arguments["seconds"]))
        elif tool not in ("echo", "fail"):
            raise RefusalError(INVALID_PARAMS, f"no tool {tool}")
        content = [{"type": "text", "text": str(arguments.get("text", tool))}]
        return {"content": content, "isError": tool == "fail"}

    def write(self, data: bytes) -> None:
        with self.writing:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def be_slow(self, answer: dict[str, Any]) -> None:
        time.sleep(self.seconds)
        self.write(line_of(answer))

    def die(self, answer: dict[str, Any]) -> None:
        print("mock: dies with the question", file=sys.stderr, flush=True)
        os._exit(4)

    def die_halfway(self, answer: dict[str, Any]) -> None:
        self.write(half(answer))
        os._exit(5)

    def stop_halfway(self, answer: dict[str, Any]) -> None:
        self.write(half(answer))

    def hang_up(self, answer: dict[str, Any]) -> None:
        """Close the output and live on."""
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        time.sleep(self.seconds)

    def write_garbage(self, answer: dict[str, Any]) -> None:
        self.write(b"Traceback, or a greeting\n")

    def write_bytes(self, answer: dict[str, Any]) -> None:
        self.write(b"\xff\xfe\0\n")

    def write_other_json(self, answer: dict[str, Any]) -> None:
        self.write(b'["no", "message"]\n')

    def write_wrong_id(self, answer: dict[str, Any]) -> None:
        self.write(line_of({**answer, "id": 424242}))

    def write_huge(self, answer: dict[str, Any]) -> None:
        text = "x" * (self.mebibytes * 1024 * 1024)
        self.write(line_of({**answer, "result": {"content": [{"type": "text", "text": text}]}}))

    def say_nothing(self, answer: dict[str, Any]) -> None:
        """Never answer."""


FAULTS: dict[str, Callable[[MockServer, dict[str, Any]], None]] = {
    "slow": MockServer.be_slow,
    "dies": MockServer.die,
    "dies-halfway": MockServer.die_halfway,
    "half": MockServer.stop_halfway,
    "hangs-up": MockServer.hang_up,
    "garbage": MockServer.write_garbage,
    "not-utf8": MockServer.write_bytes,
    "other-json": MockServer.write_other_json,
    "wrong-id": MockServer.write_wrong_id,
    "huge": MockServer.write_huge,
    "silent": MockServer.say_nothing,
}
AT_ONCE = ("dead", "deaf")


def line_of(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def half(message: dict[str, Any]) -> bytes:
    line = line_of(message)
    return line[: len(line) // 2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fault", choices=["", *AT_ONCE, *FAULTS], default="")
    parser.add_argument("--at", default="tools/call", help="the method at which the fault strikes")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long slow, deaf and hangs-up take")
    parser.add_argument("--mebibytes", type=int, default=32, help="how much huge is")
    MockServer(**vars(parser.parse_args())).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
