"""The client against a peer that breaks: each fault has its own name, and none makes it wait longer than it said."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest

import mock_mcp_server
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
from measuring.mcp_client import McpClient

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = Path(mock_mcp_server.__file__)
LONG_S = "600"
FAULT = {
    "dead": (ServerEndedError, "status 3.*\n.*dead on arrival"),
    "dies": (ServerEndedError, "status 4.*\n.*dies with the question"),
    "hangs-up": (ServerEndedError, "closed its output"),
    "dies-halfway": (TornAnswerError, "status 5 in the middle of a line of [0-9]+ bytes"),
    "half": (NoAnswerError, "within 0.5 s; [0-9]+ bytes of a line came"),
    "deaf": (NoAnswerError, "within 0.5 s"),
    "slow": (NoAnswerError, "within 0.5 s"),
    "silent": (NoAnswerError, "within 0.5 s"),
    "garbage": (GarbageAnswerError, "no JSON: .*greeting"),
    "not-utf8": (GarbageAnswerError, "no JSON"),
    "other-json": (GarbageAnswerError, "no JSON-RPC 2.0 message"),
    "wrong-id": (WrongAnswerError, "424242, which was never asked"),
    "huge": (HugeAnswerError, "more than 1000000 bytes"),
}

Start = Callable[..., McpClient]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a mock server with these options; it is ended after the test."""
    started: list[McpClient] = []

    def start_client(*options: str) -> McpClient:
        command = [sys.executable, str(SERVER), *options]
        started.append(McpClient(command, tmp_path, max_answer_bytes=1_000_000, ending_s=1.0))
        return started[-1]

    yield start_client
    for client in started:
        client.close()


def test_every_fault_of_the_mock_server_is_tried() -> None:
    assert set(FAULT) == {*mock_mcp_server.AT_ONCE, *mock_mcp_server.FAULTS}


def test_a_server_that_is_gone_while_the_threads_begin_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = threading.Thread.start

    def begin_late(thread: threading.Thread) -> None:
        begin(thread)
        time.sleep(0.5)

    monkeypatch.setattr(threading.Thread, "start", begin_late)
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    with McpClient(command, tmp_path) as client, pytest.raises(ServerEndedError, match="status 3"):
        client.call("echo")


@pytest.mark.once
@pytest.mark.parametrize("fault", FAULT)
def test_each_fault_has_a_name_of_its_own(start: Start, fault: str) -> None:
    client = start("--fault", fault, "--seconds", LONG_S, "--mebibytes", "4")
    kind, words = FAULT[fault]
    patience_s = 0.5 if kind is NoAnswerError else 60
    if fault not in mock_mcp_server.AT_ONCE:
        client.initialize()
    with pytest.raises(ServerError, match=words) as caught:
        client.call("echo", {"text": "hello"}, patience_s)
    assert type(caught.value) is kind


def test_a_fault_of_the_stream_is_final_for_all_who_wait(start: Start) -> None:
    client = start("--fault", "dies")
    client.initialize()
    waiting = client.ask("tools/call", {"name": "sleep", "arguments": {"seconds": 600}})
    with pytest.raises(ServerEndedError):
        client.call("echo", {"text": "x"})
    for key in (waiting, client.ask("ping")):
        with pytest.raises(ServerEndedError):
            client.wait(key)


def test_a_slow_answer_within_the_patience_is_an_answer(start: Start) -> None:
    client = start("--fault", "slow", "--seconds", "0.2")
    client.initialize()
    assert client.call("echo", {"text": "late"})["content"][0]["text"] == "late"


def test_an_answer_that_comes_after_the_patience_is_dropped_and_the_next_is_right(start: Start) -> None:
    client = start("--fault", "slow", "--seconds", "0.3")
    client.initialize()
    with pytest.raises(NoAnswerError):
        client.call("echo", {"text": "late"}, patience_s=0.01)
    time.sleep(0.5)
    assert client.call("echo", {"text": "next"})["content"][0]["text"] == "next"


def test_an_error_of_the_protocol_has_its_code_and_ends_nothing(start: Start) -> None:
    client = start()
    client.initialize()
    with pytest.raises(RefusedError, match="no tool absent") as caught:
        client.call("absent")
    assert caught.value.code == -32602
    assert client.call("fail")["isError"] is True
    assert client.request("ping") == {}


def test_several_threads_each_get_the_answer_to_their_own_question(start: Start) -> None:
    client = start()
    client.initialize()
    heard: dict[str, str] = {}

    def converse(name: str) -> None:
        heard[name] = client.call("echo", {"text": name})["content"][0]["text"]

    threads = [threading.Thread(target=converse, args=(f"thread {number}",)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {name: name for name in heard}
    assert len(heard) == 20


def test_a_cancelled_question_is_not_answered_and_the_server_goes_on(start: Start) -> None:
    client = start()
    client.initialize()
    key = client.ask("tools/call", {"name": "sleep", "arguments": {"seconds": 600}})
    client.cancel(key)
    assert client.request("ping") == {}
    assert client.close() == 0


def test_closing_ends_a_server_that_does_not_end_by_itself(start: Start) -> None:
    client = start("--fault", "deaf", "--seconds", LONG_S)
    assert client.close() != 0
    assert client.process.poll() is not None


def test_a_server_that_reads_nothing_cannot_block_who_writes(start: Start) -> None:
    client = start("--fault", "deaf", "--seconds", LONG_S)
    keys = [client.ask("tools/call", {"text": "x" * 100_000}) for _ in range(10)]
    with pytest.raises(NoAnswerError):
        client.wait(keys[-1], patience_s=0.2)
