from __future__ import annotations

import io
import json
import threading
import time
from typing import TYPE_CHECKING

from rforge import stdio
from rforge.flags import ALL_OFF
from rforge.history import History
from rforge.protocol import Protocol
from rforge.render.screen import Screen
from rforge.stdio import Answers, Journals, serve
from rforge.tools import Workshop

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PING = b'{"jsonrpc":"2.0","id":3,"method":"ping"}'


def run(requests: io.BytesIO, stream: io.BytesIO) -> None:
    workshop = Workshop(ALL_OFF, "", time.monotonic, lambda line: None, History(None, print), Screen())
    answers = Answers(stream)
    serve(requests, answers, Protocol(workshop, "1.0", answers.send, Journals("1.0", workshop)))


def converse(requests: bytes) -> list[dict]:
    answers = io.BytesIO()
    run(io.BytesIO(requests), answers)
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def call(path: Path, key: int) -> bytes:
    params = {"name": "rforge_status", "arguments": {"path": str(path)}}
    return (
        json.dumps({"jsonrpc": "2.0", "id": key, "method": "tools/call", "params": params}).encode() + b"\n"
    )


def test_every_line_is_answered_on_a_line_of_its_own() -> None:
    assert len(converse(PING + b"\n" + PING + b"\r\n")) == 2


def test_blank_lines_are_passed_over() -> None:
    assert len(converse(b"\n  \n" + PING + b"\n")) == 1


def test_a_whole_message_without_its_newline_is_answered_at_the_end() -> None:
    assert converse(PING)[0]["result"] == {}


def test_half_a_message_at_the_end_is_a_parse_error() -> None:
    assert converse(PING[:20])[0]["error"]["code"] == -32700


def test_a_line_that_is_too_long_is_refused_and_the_next_one_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stdio, "MAX_LINE_BYTES", 50)
    answers = converse(b"x" * 500 + b"\n" + PING + b"\n" + b"y" * 51 + b"\n" + PING + b"\n" + b"z" * 60)
    assert ["error" in answer for answer in answers] == [True, False, True, False, True]


def test_a_client_that_is_gone_ends_the_conversation() -> None:
    class Gone(io.BytesIO):
        def write(self, _: object) -> int:
            raise BrokenPipeError

    requests = io.BytesIO(PING + b"\n" + PING + b"\n")
    run(requests, Gone())
    assert requests.read() == PING + b"\n"


def test_calls_are_answered_before_the_end_and_a_ping_does_not_wait_for_them(
    fixtures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, pinged = Workshop.answer, threading.Event()

    def wait(workshop: Workshop, *arguments: object) -> object:
        assert pinged.wait(60)
        return real(workshop, *arguments)

    class Requests(io.BytesIO):
        def readline(self, size: int | None = -1) -> bytes:
            line = super().readline(size)
            if not line:
                pinged.set()
            return line

    monkeypatch.setattr(Workshop, "answer", wait)
    answers = io.BytesIO()
    run(Requests(call(fixtures, 1) + call(fixtures, 2) + PING), answers)
    keys = [json.loads(line)["id"] for line in answers.getvalue().splitlines()]
    assert keys[0] == 3
    assert sorted(keys) == [1, 2, 3]


def test_an_interrupt_from_the_keyboard_ends_the_server_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stdio, "serve", interrupt)
    monkeypatch.setattr(stdio.sys, "stdout", io.TextIOWrapper(io.BytesIO()))
    monkeypatch.setattr(stdio.sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    assert stdio.main() == 0
    assert "interrupted" in capsys.readouterr().err


def test_calls_that_wait_when_the_client_goes_are_not_begun(
    fixtures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    real = Workshop.answer

    def count(workshop: Workshop, *arguments: object) -> object:
        begun.append(1)
        return real(workshop, *arguments)

    class Gone(io.BytesIO):
        def write(self, _: object) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(Workshop, "answer", count)
    monkeypatch.setattr(stdio, "CALLS_AT_ONCE", 1)
    run(io.BytesIO(b"".join(call(fixtures, key) for key in range(9))), Gone())
    assert len(begun) == 1
