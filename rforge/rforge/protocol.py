"""The Model Context Protocol's messages: a line in, a line or nothing out.

Source: modelcontextprotocol.io, revisions 2024-11-05 to 2025-11-25 (the ones with an `initialize` handshake), and JSON-RPC
2.0. Batches were in one of these revisions only; they are answered whatever the revision.
"""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rforge.tools import COMMAND_OF_TOOL, describe_tools

if TYPE_CHECKING:
    from rforge.tools import Workshop

VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""The revisions that are spoken, oldest first."""

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = (
    -32700,
    -32600,
    -32601,
    -32602,
    -32603,
)


class ProtocolError(Exception):
    """A message that cannot be answered with a result; `code` is JSON-RPC's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Protocol:
    """One side of the conversation: the server, its version, and the tools that it offers."""

    workshop: Workshop
    version: str

    def answer_line(self, line: bytes) -> bytes | None:
        """The answer to one line, without its newline; None when there is none to give. It never raises."""
        try:
            message = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return _encoded(_error(None, PARSE_ERROR, "The line is no JSON."))
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
        if (
            not isinstance(method, str)
            or isinstance(key, bool)
            or not isinstance(key, (str, int, type(None)))
        ):
            return _error(None, INVALID_REQUEST, "The message has no method, or an id that is none.")
        if "id" not in message:
            return None  # a notification: initialized and cancelled ask for nothing here
        try:
            return {"jsonrpc": "2.0", "id": key, "result": self._result(method, message.get("params", {}))}
        except ProtocolError as error:
            return _error(key, error.code, str(error))
        except Exception as error:  # noqa: BLE001 - one broken answer must not end the conversation
            self.workshop.log(f"PluginError (critical) in {method}:\n{traceback.format_exc()}")
            return _error(key, INTERNAL_ERROR, f"rforge broke ({type(error).__name__}); its log says where.")

    def _result(self, method: str, params: Any) -> dict[str, Any]:
        if not isinstance(params, dict):
            raise ProtocolError(INVALID_PARAMS, "params must be an object.")
        if method == "initialize":
            return self._initialize(params)
        if method == "ping":
            return {}
        if method == "tools/list":
            return {"tools": describe_tools()}
        if method == "tools/call":
            return self._call(params)
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

    def _call(self, params: dict[str, Any]) -> dict[str, Any]:
        name, arguments = params.get("name"), params.get("arguments")
        if not isinstance(name, str) or name not in COMMAND_OF_TOOL:
            raise ProtocolError(
                INVALID_PARAMS, f"There is no tool {name!r}; there are {', '.join(COMMAND_OF_TOOL)}."
            )
        if arguments is not None and not isinstance(arguments, dict):
            raise ProtocolError(INVALID_PARAMS, "arguments must be an object.")
        outcome = self.workshop.answer(COMMAND_OF_TOOL[name], arguments or {})
        return {"content": [{"type": "text", "text": outcome.text}], "isError": outcome.is_error}


def refuse_line(why: str) -> bytes:
    """The answer to a line that was not even read."""
    return _encoded(_error(None, PARSE_ERROR, why))


def _error(key: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": key, "error": {"code": code, "message": message}}


def _encoded(message: Any) -> bytes:
    """ASCII alone, so that no encoding of a console can spoil it."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
