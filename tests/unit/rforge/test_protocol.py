from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rforge.commands.table import COMMANDS
from rforge.flags import ALL_OFF
from rforge.history import History
from rforge.protocol import VERSIONS, Protocol, refuse_line
from rforge.render.screen import Screen
from rforge.stdio import Journals
from rforge.tools import Workshop

if TYPE_CHECKING:
    from pathlib import Path


def make_protocol(clock=lambda: 0.0, log=lambda line: None, sent: list[bytes] | None = None) -> Protocol:
    workshop = Workshop(ALL_OFF, "ada", clock, log, History(None, log), Screen())
    return Protocol(workshop, "2.1.0", ([] if sent is None else sent).append, Journals("2.1.0", workshop))


PROTOCOL = make_protocol()


def answer_line(line: bytes, protocol: Protocol = PROTOCOL) -> bytes | None:
    return protocol.accept(line).answer()


def ask(message: Any, protocol: Protocol = PROTOCOL) -> Any:
    answer = answer_line(json.dumps(message).encode(), protocol)
    return None if answer is None else json.loads(answer)


def request(method: str, params: Any = None, key: Any = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": key, "method": method, **({} if params is None else {"params": params})}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_revision_that_is_spoken_is_agreed_on(version: str) -> None:
    result = ask(request("initialize", {"protocolVersion": version, "capabilities": {}}))["result"]
    assert result == {
        "protocolVersion": version,
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": "rforge", "version": "2.1.0"},
    }


def test_any_other_revision_is_answered_with_the_newest_that_is_spoken() -> None:
    assert (
        ask(request("initialize", {"protocolVersion": "2099-01-01"}))["result"]["protocolVersion"]
        == "2025-11-25"
    )


def test_a_ping_is_answered_with_the_same_id() -> None:
    assert ask(request("ping", key="seven")) == {"jsonrpc": "2.0", "id": "seven", "result": {}}


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}},
        {"jsonrpc": "2.0", "id": 1, "result": {}},
        {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "m"}},
        [{"jsonrpc": "2.0", "method": "notifications/initialized"}],
    ],
)
def test_notifications_and_answers_are_not_answered(message: Any) -> None:
    assert ask(message) is None


def test_the_tools_are_listed() -> None:
    assert [tool["name"] for tool in ask(request("tools/list"))["result"]["tools"]] == [
        f"rforge_{command}" for command in (*COMMANDS, "feedback")
    ]


def test_a_call_answers_with_text(fixtures: Path) -> None:
    result = ask(request("tools/call", {"name": "rforge_status", "arguments": {"path": str(fixtures)}}))[
        "result"
    ]
    assert result["isError"] is False
    assert result["content"][0]["type"] == "text"
    assert "medfit" in result["content"][0]["text"]
    assert [package["package"] for package in result["structuredContent"]["packages"]] == [
        "medfit",
        "probmed",
    ]


def test_a_tool_s_failure_is_a_result_that_is_an_error() -> None:
    result = ask(request("tools/call", {"name": "rforge_status", "arguments": {"mode": "fast"}}))["result"]
    assert result["isError"] is True
    assert "Unknown mode 'fast'" in result["content"][0]["text"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (request("nothing/such"), -32601),
        (request("server/discover"), -32601),
        (request("initialize", {}), -32602),
        (request("ping", [1]), -32602),
        (request("tools/call", {}), -32602),
        (request("tools/call", {"name": "rforge_missing"}), -32602),
        (request("tools/call", {"name": "rforge_status", "arguments": [1]}), -32602),
        ({"id": 1, "method": "ping"}, -32600),
        ({"jsonrpc": "2.0", "id": 1}, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": 7}, -32600),
        (request("ping", key=[1]), -32600),
        (request("ping", key=True), -32600),
        (request("ping", key=1.5), -32600),
        ("text", -32600),
        ([], -32600),
    ],
)
def test_what_makes_no_sense_has_json_rpc_s_code(message: Any, code: int) -> None:
    assert ask(message)["error"]["code"] == code


@pytest.mark.parametrize("line", [b"{", b"\xff\xfe", b"nonsense", b"[" * 100_000, b'{"id": NaN}', b"\0"])
def test_a_line_that_is_no_json_is_a_parse_error(line: bytes) -> None:
    answer = json.loads(answer_line(line) or b"")
    assert (answer["id"], answer["error"]["code"]) == (None, -32700)


def test_a_batch_is_answered_in_order_without_the_notifications() -> None:
    answers = ask([request("ping", key=1), {"jsonrpc": "2.0", "method": "x"}, 7, request("ping", key=2)])
    assert [answer["id"] for answer in answers] == [1, None, 2]


def call(fixtures: Path, key: Any = 1, **more: Any) -> dict[str, Any]:
    return request("tools/call", {"name": "rforge_status", "arguments": {"path": str(fixtures)}, **more}, key)


def test_calls_alone_are_long_and_are_under_way_until_they_are_answered(fixtures: Path) -> None:
    protocol = make_protocol()
    assert not protocol.accept(json.dumps(request("ping")).encode()).is_long
    job = protocol.accept(json.dumps(call(fixtures, key=7)).encode())
    assert job.is_long
    assert list(protocol.calls) == [7]
    assert job.answer() is not None
    assert not protocol.calls


def test_a_call_that_is_cancelled_before_it_begins_is_not_answered(fixtures: Path) -> None:
    protocol = make_protocol()
    job = protocol.accept(json.dumps(call(fixtures, key="a")).encode())
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "a"}}
    assert ask(cancel, protocol) is None
    assert job.answer() is None
    assert not protocol.calls


@pytest.mark.parametrize("params", [None, [], {}, {"requestId": [1]}, {"requestId": 99}, {"requestId": True}])
def test_a_cancellation_of_nothing_that_is_under_way_changes_nothing(fixtures: Path, params: Any) -> None:
    protocol = make_protocol()
    job = protocol.accept(json.dumps(call(fixtures)).encode())
    ask({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}, protocol)
    assert job.answer() is not None


def test_cancelling_all_ends_every_call(fixtures: Path) -> None:
    protocol = make_protocol()
    jobs = [protocol.accept(json.dumps(call(fixtures, key=key)).encode()) for key in (1, 2)]
    protocol.cancel_all()
    assert [job.answer() for job in jobs] == [None, None]


def test_progress_is_sent_to_whoever_asks_for_it_and_not_at_every_step(fixtures: Path) -> None:
    sent: list[bytes] = []
    seconds = iter(range(1, 10_000))
    protocol = make_protocol(clock=lambda: next(seconds) * 0.03, sent=sent)
    ask(call(fixtures, _meta={"progressToken": "p"}), protocol)
    (message,) = (json.loads(message) for message in sent)
    assert message == {
        "jsonrpc": "2.0",
        "method": "notifications/progress",
        "params": {"progressToken": "p", "progress": 1, "total": 2},
    }
    ask(call(fixtures), protocol)
    assert len(sent) == 1


def test_a_bug_in_a_tool_is_an_internal_error_and_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    protocol = make_protocol(clock=lambda: 1 / 0, log=log.append)  # a clock that breaks
    answer = ask(request("tools/call", {"name": "rforge_status"}), protocol)
    assert answer["error"]["code"] == -32603
    assert "ZeroDivisionError" in log[0]


def test_an_answer_is_ascii_on_one_line(tmp_path: Path) -> None:
    line = json.dumps(
        request("tools/call", {"name": "rforge_status", "arguments": {"path": "Björn\n\u2028"}})
    ).encode()
    answer = answer_line(line) or b""
    assert answer.isascii()
    assert b"\n" not in answer


def test_a_refused_line_is_a_parse_error() -> None:
    assert json.loads(refuse_line("Too long."))["error"] == {"code": -32700, "message": "Too long."}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MESSAGE = st.fixed_dictionaries(
    {"jsonrpc": st.sampled_from(["2.0", "1.0"]), "id": JSON},
    optional={
        "method": st.sampled_from(["ping", "initialize", "tools/call", "tools/list"]) | JSON,
        "params": JSON,
    },
)


@given(MESSAGE | st.lists(MESSAGE, max_size=3) | JSON)
def test_any_message_has_an_answer_that_is_json_or_none(message: Any) -> None:
    answer = answer_line(json.dumps(message).encode())
    assert answer is None or json.loads(answer) is not None


@given(st.binary(max_size=50))
def test_any_bytes_have_an_answer(line: bytes) -> None:
    answer_line(line)


@pytest.mark.parametrize("asked", [("x" * 100_000, {}), ("tools/call", {"name": "x" * 100_000})])
def test_a_long_name_is_not_repeated_at_that_length(asked: tuple[str, dict[str, str]]) -> None:
    assert len(ask(request(*asked))["error"]["message"]) < 1_000
