from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rforge.flags import ALL_OFF
from rforge.protocol import VERSIONS, Protocol, refuse_line
from rforge.tools import Workshop

if TYPE_CHECKING:
    from pathlib import Path

PROTOCOL = Protocol(Workshop(ALL_OFF, "ada", lambda: 0.0, lambda line: None), "2.1.0")


def ask(message: Any) -> Any:
    answer = PROTOCOL.answer_line(json.dumps(message).encode())
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
        "rforge_status",
        "rforge_analyze",
    ]


def test_a_call_answers_with_text(fixtures: Path) -> None:
    result = ask(request("tools/call", {"name": "rforge_status", "arguments": {"path": str(fixtures)}}))[
        "result"
    ]
    assert result["isError"] is False
    assert result["content"][0]["type"] == "text"
    assert "medfit" in result["content"][0]["text"]


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
    answer = json.loads(PROTOCOL.answer_line(line) or b"")
    assert (answer["id"], answer["error"]["code"]) == (None, -32700)


def test_a_batch_is_answered_in_order_without_the_notifications() -> None:
    answers = ask([request("ping", key=1), {"jsonrpc": "2.0", "method": "x"}, 7, request("ping", key=2)])
    assert [answer["id"] for answer in answers] == [1, None, 2]


def test_a_bug_in_a_tool_is_an_internal_error_and_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    protocol = Protocol(Workshop(ALL_OFF, "ada", lambda: 1 / 0, log.append), "1.0")  # a clock that breaks
    line = json.dumps(request("tools/call", {"name": "rforge_status"})).encode()
    answer = json.loads(protocol.answer_line(line) or b"")
    assert answer["error"]["code"] == -32603
    assert "ZeroDivisionError" in log[0]


def test_an_answer_is_ascii_on_one_line(tmp_path: Path) -> None:
    line = json.dumps(
        request("tools/call", {"name": "rforge_status", "arguments": {"path": "Björn\n\u2028"}})
    ).encode()
    answer = PROTOCOL.answer_line(line) or b""
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
    answer = PROTOCOL.answer_line(json.dumps(message).encode())
    assert answer is None or json.loads(answer) is not None


@given(st.binary(max_size=50))
def test_any_bytes_have_an_answer(line: bytes) -> None:
    PROTOCOL.answer_line(line)
