"""What can go wrong with a server that one talks to over pipes: each thing an error of its own."""

from __future__ import annotations

from typing import Any


class ServerError(Exception):
    """The conversation cannot go on as it should; `log` is the end of what the server wrote to stderr."""

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(f"{message}\n{log}" if log else message)
        self.log = log


class ServerEndedError(ServerError):
    """The server's process is over, or it closed its output, while an answer is owed."""


class TornAnswerError(ServerEndedError):
    """The same in the middle of a line."""


class NoAnswerError(ServerError):
    """The time for the answer is over; the server may still be at it."""


class GarbageAnswerError(ServerError):
    """A line that is no JSON-RPC message."""


class WrongAnswerError(ServerError):
    """An answer to a question that was never asked."""


class HugeAnswerError(ServerError):
    """A line longer than the client keeps."""


class RefusedError(ServerError):
    """The server answered as the protocol wants it, with an error; `code` is JSON-RPC's."""

    def __init__(self, error: Any) -> None:
        fields = error if isinstance(error, dict) else {}
        super().__init__(f"error {fields.get('code')}: {fields.get('message')}")
        self.code = fields.get("code")
