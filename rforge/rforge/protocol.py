"""The Model Context Protocol's messages: a line in, a line or nothing out.

Source: modelcontextprotocol.io, revisions 2024-11-05 to 2025-11-25 (the ones with an `initialize` handshake), and JSON-RPC
2.0. Batches were in one of these revisions only; they are answered whatever the revision.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rforge.errors import Cancelled, RforgeError, shortened
from rforge.tools import Call, Outcome, commands_by_tool, describe_tools

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from rforge.telemetry.journal import Journal
    from rforge.tools import Workshop

    Send = Callable[[bytes], None]

VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""The revisions that are spoken, oldest first."""

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = (
    -32700,
    -32600,
    -32601,
    -32602,
    -32603,
)
PROGRESS_EVERY_S = 0.25
"""The least time between two messages of progress, in seconds."""


class ProtocolError(Exception):
    """A message that cannot be answered with a result; `code` is JSON-RPC's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(shortened(message))
        self.code = code


def _nothing() -> bool:
    """There is nothing to note."""
    return False


@dataclass(frozen=True)
class Job:
    """What a line asks for.

    Attributes:
        is_long: whether it should be done beside the conversation, which goes on meanwhile.
        answer: does it, and gives the answer without its newline, or None when there is none to give; it never raises.
        note: notes what happened, once the answer has left or there is none; whether there was anything.
    """

    is_long: bool
    answer: Callable[[], bytes | None]
    note: Callable[[], bool] = _nothing


@dataclass(frozen=True)
class Protocol:
    """One side of the conversation.

    Attributes:
        workshop: what the tools work with.
        version: the version of the server.
        send: writes one message to the client, from any thread.
        journal: gives where it is noted what happened; the first answer does not wait for it.
        ready: whether the commands could be loaded.
        calls: the calls whose answers are under way, by the ids of their requests.
    """

    workshop: Workshop
    version: str
    send: Send
    journal: Callable[[], Journal]
    ready: threading.Event = field(default_factory=threading.Event)
    calls: dict[Any, Call] = field(default_factory=dict)

    def accept(self, line: bytes) -> Job:
        """What one line asks for. A call can be cancelled from now on, even before its job is begun."""
        arrived_s = time.perf_counter()
        try:
            message = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            refusal = refuse_line("The line is no JSON.")
            return Job(is_long=False, answer=lambda: refusal)
        messages = message if isinstance(message, list) else [message]
        calls = {one["id"]: self._call_of(one) for one in messages if _is_call(one)}
        self.calls.update(calls)
        return Job(
            bool(calls), lambda: self._encoded_answer(message), lambda: self._note(calls.values(), arrived_s)
        )

    def _note(self, calls: Collection[Call], arrived_s: float) -> bool:
        """A line is answered: a session has started if the commands could be loaded, and its calls have ended."""
        elapsed_s = time.perf_counter() - arrived_s
        if not (calls or self.ready.is_set()):
            return False
        if self.ready.is_set():
            self.journal().tell_session(has_started=True)
        self.journal().tell_calls([call.account for call in calls], elapsed_s)
        return True

    @contextmanager
    def _loading(self) -> Iterator[None]:
        """A block that loads the commands; where it fails, the session has not started."""
        try:
            yield
        except Exception as error:
            self.journal().tell_session(has_started=False)
            self.journal().tell_error(error)
            self.journal().flush(is_beside=True)
            raise
        self.ready.set()

    def cancel_all(self) -> None:
        """No answer is wanted any more."""
        for call in tuple(self.calls.values()):
            call.cancelled.set()

    def _call_of(self, message: dict[str, Any]) -> Call:
        meta = message["params"].get("_meta")
        token = meta.get("progressToken") if isinstance(meta, dict) else None
        if isinstance(token, bool) or not isinstance(token, (str, int)):
            return Call()
        return Call(progress=_Progress(token, self.workshop.clock, self.send))

    def _encoded_answer(self, message: Any) -> bytes | None:
        answer = self._answer_batch(message) if isinstance(message, list) else self._answer(message)
        return None if answer is None else _encoded(answer)

    def _answer_batch(self, messages: list[Any]) -> list[dict[str, Any]] | dict[str, Any] | None:
        if not messages:
            return _error(None, INVALID_REQUEST, "The batch is empty.")
        answers = [answer for answer in map(self._answer, messages) if answer is not None]
        return answers or None

    def _answer(self, message: Any) -> dict[str, Any] | None:
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            return _error(None, INVALID_REQUEST, "The message is no JSON-RPC 2.0 object.")
        if "method" not in message and ("result" in message or "error" in message):
            return None  # an answer to a question that this server never asks
        method, key = message.get("method"), message.get("id")
        if not isinstance(method, str) or not _is_key(key):
            return _error(None, INVALID_REQUEST, "The message has no method, or an id that is none.")
        if "id" not in message:
            self._hear(method, message.get("params"))
            return None
        try:
            return {
                "jsonrpc": "2.0",
                "id": key,
                "result": self._result(method, key, message.get("params", {})),
            }
        except Cancelled:
            return None
        except ProtocolError as error:
            return _error(key, error.code, str(error))
        except Exception as error:  # noqa: BLE001 - one broken answer must not end the conversation
            import traceback

            self.workshop.log(f"PluginError (critical) in {method}:\n{traceback.format_exc()}")
            return _error(key, INTERNAL_ERROR, f"rforge broke ({type(error).__name__}); its log says where.")

    def _hear(self, method: str, params: Any) -> None:
        """A notification: of those that clients send, one asks for something."""
        if method == "notifications/cancelled" and isinstance(params, dict):
            key = params.get("requestId")
            call = self.calls.get(key) if _is_key(key) else None
            if call is not None:
                call.cancelled.set()

    def _result(self, method: str, key: Any, params: Any) -> dict[str, Any]:
        if not isinstance(params, dict):
            raise ProtocolError(INVALID_PARAMS, "params must be an object.")
        if method == "initialize":
            return self._initialize(params)
        if method == "ping":
            return {}
        if method == "tools/list":
            with self._loading():
                return {"tools": describe_tools()}
        if method == "tools/call":
            return self._call(key, params)
        raise ProtocolError(METHOD_NOT_FOUND, f"There is no method {method!r}.")

    def _initialize(self, params: dict[str, Any]) -> dict[str, Any]:
        asked = params.get("protocolVersion")
        if not isinstance(asked, str):
            raise ProtocolError(INVALID_PARAMS, "protocolVersion must be a text.")
        return {
            "protocolVersion": asked if asked in VERSIONS else VERSIONS[-1],
            "capabilities": {"tools": {"listChanged": False}},
            "serverInfo": {"name": "rforge", "version": self.version},
        }

    def _call(self, key: Any, params: dict[str, Any]) -> dict[str, Any]:
        call = self.calls.get(key, Call())
        try:
            outcome = self._outcome(params.get("name"), params.get("arguments"), call)
            if call.cancelled.is_set():
                error = Cancelled()
                call.account.fail(error)
                raise error
        finally:
            self.calls.pop(key, None)
        result: dict[str, Any] = {
            "content": [{"type": "text", "text": outcome.text}],
            "isError": outcome.is_error,
        }
        return result if outcome.document is None else {**result, "structuredContent": outcome.document}

    def _outcome(self, name: Any, arguments: Any, call: Call) -> Outcome:
        with self._loading():
            commands = commands_by_tool()
            from rforge.telemetry.feedback import TOOL, give_feedback
        if not isinstance(name, str) or name not in (*commands, TOOL):
            known = ", ".join((*commands, TOOL))
            raise ProtocolError(INVALID_PARAMS, f"There is no tool {name!r}; there are {known}.")
        if arguments is not None and not isinstance(arguments, dict):
            raise ProtocolError(INVALID_PARAMS, "arguments must be an object.")
        self.journal().tell_taken()
        if name != TOOL:
            return self.workshop.answer(commands[name], arguments or {}, call)
        try:
            return Outcome(give_feedback(arguments or {}, self.journal()))
        except RforgeError as error:
            return Outcome(str(error), is_error=True)


class _Progress:
    """Tells the client how far a call is, not more often than anybody can read."""

    def __init__(self, token: str | int, clock: Callable[[], float], send: Send) -> None:
        self._token = token
        self._clock = clock
        self._send = send
        self._told_s = clock()

    def __call__(self, done: int, total: int) -> None:
        now_s = self._clock()
        if now_s - self._told_s < PROGRESS_EVERY_S:
            return
        self._told_s = now_s
        params = {"progressToken": self._token, "progress": done, "total": total}
        self._send(_encoded({"jsonrpc": "2.0", "method": "notifications/progress", "params": params}))


def refuse_line(why: str) -> bytes:
    """The answer to a line that is no message."""
    return _encoded(_error(None, PARSE_ERROR, why))


def _is_key(key: Any) -> bool:
    return isinstance(key, (str, int, type(None))) and not isinstance(key, bool)


def _is_call(message: Any) -> bool:
    if not isinstance(message, dict) or message.get("method") != "tools/call" or "id" not in message:
        return False
    return _is_key(message["id"]) and isinstance(message.get("params"), dict)


def _error(key: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": key, "error": {"code": code, "message": message}}


def _encoded(message: Any) -> bytes:
    """ASCII alone, so that no encoding of a console can spoil it."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
