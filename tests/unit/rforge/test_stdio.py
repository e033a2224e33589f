from __future__ import annotations

import io
import json

import pytest

from rforge import stdio
from rforge.flags import ALL_OFF
from rforge.protocol import Protocol
from rforge.stdio import serve
from rforge.tools import Workshop

PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


@pytest.fixture
def protocol() -> Protocol:
    return Protocol(Workshop(ALL_OFF, "", lambda: 0.0, lambda line: None), "1.0")


def converse(protocol: Protocol, requests: bytes) -> list[dict]:
    answers = io.BytesIO()
    serve(protocol, io.BytesIO(requests), answers)
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def test_every_line_is_answered_on_a_line_of_its_own(protocol: Protocol) -> None:
    assert len(converse(protocol, PING + b"\n" + PING + b"\r\n")) == 2


def test_blank_lines_are_passed_over(protocol: Protocol) -> None:
    assert len(converse(protocol, b"\n  \n" + PING + b"\n")) == 1


def test_a_whole_message_without_its_newline_is_answered_at_the_end(protocol: Protocol) -> None:
    assert converse(protocol, PING)[0]["result"] == {}


def test_half_a_message_at_the_end_is_a_parse_error(protocol: Protocol) -> None:
    assert converse(protocol, PING[:20])[0]["error"]["code"] == -32700


def test_a_line_that_is_too_long_is_refused_and_the_next_one_answered(
    protocol: Protocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stdio, "MAX_LINE_BYTES", 50)
    answers = converse(
        protocol, b"x" * 500 + b"\n" + PING + b"\n" + b"y" * 51 + b"\n" + PING + b"\n" + b"z" * 60
    )
    assert ["error" in answer for answer in answers] == [True, False, True, False, True]


def test_a_client_that_is_gone_ends_the_conversation(protocol: Protocol) -> None:
    class Gone(io.BytesIO):
        def write(self, _: object) -> int:
            raise BrokenPipeError

    requests = io.BytesIO(PING + b"\n" + PING + b"\n")
    serve(protocol, requests, Gone())
    assert requests.read() == PING + b"\n"


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
