"""The mock server against the official client: what it speaks is the protocol, and not our idea of it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mock_mcp_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

mcp = pytest.importorskip("mcp", reason="the official client is not installed; it needs Python 3.10 or newer")

SERVER = Path(mock_mcp_server.__file__)


@asynccontextmanager
async def session(*options: str) -> AsyncIterator[Any]:
    from mcp.client.stdio import stdio_client

    parameters = mcp.StdioServerParameters(command=sys.executable, args=[str(SERVER), *options])
    async with stdio_client(parameters) as (reading, writing), mcp.ClientSession(reading, writing) as talk:
        await talk.initialize()
        yield talk


def converse(conversation: Callable[[Any], Awaitable[Any]], *options: str) -> Any:
    async def run() -> Any:
        async with session(*options) as talk:
            return await conversation(talk)

    return asyncio.run(run())


def text(result: Any) -> str:
    return str(result.content[0].text)


def test_it_shakes_hands_answers_a_ping_and_lists_its_tools() -> None:
    async def conversation(talk: Any) -> tuple[str, list[str]]:
        await talk.send_ping()
        listed = await talk.list_tools()
        return talk.server_info.name, [tool.name for tool in listed.tools]

    assert converse(conversation) == ("mock", ["echo", "sleep", "fail"])


def test_a_tool_s_failure_is_a_result_and_an_unknown_tool_an_error() -> None:
    async def conversation(talk: Any) -> tuple[bool, int]:
        failed = await talk.call_tool("fail")
        with pytest.raises(mcp.MCPError) as caught:
            await talk.call_tool("absent")
        return failed.is_error, caught.value.error.code

    assert converse(conversation) == (True, -32602)


def test_calls_are_answered_side_by_side() -> None:
    async def conversation(talk: Any) -> list[str]:
        texts = [f"number {number}" for number in range(10)]
        answers = await asyncio.gather(*(talk.call_tool("echo", {"text": text}) for text in texts))
        assert [text(answer) for answer in answers] == texts
        done = []

        async def call(tool: str, **arguments: object) -> None:
            done.append(text(await talk.call_tool(tool, arguments)))

        await asyncio.gather(call("sleep", seconds=1), call("echo", text="first"))
        return done

    assert converse(conversation) == ["first", "sleep"]


def test_a_call_that_the_client_gives_up_is_cancelled_and_the_session_lives_on() -> None:
    async def conversation(talk: Any) -> str:
        with pytest.raises(mcp.MCPError):
            await talk.call_tool("sleep", {"seconds": 600}, read_timeout_seconds=0.2)
        return text(await talk.call_tool("echo", {"text": "still here"}))

    assert converse(conversation) == "still here"


def test_a_death_at_a_call_is_a_closed_connection() -> None:
    async def conversation(talk: Any) -> int:
        with pytest.raises(mcp.MCPError) as caught:
            await talk.call_tool("echo", {"text": "x"}, read_timeout_seconds=30)
        return int(caught.value.error.code)

    assert converse(conversation, "--fault", "dies") == -32000


@pytest.mark.parametrize("fault", ["silent", "wrong-id", "half", "garbage"])
def test_what_is_no_answer_leaves_the_official_client_waiting_for_its_limit(fault: str) -> None:
    async def conversation(talk: Any) -> int:
        with pytest.raises(mcp.MCPError) as caught:
            await talk.call_tool("echo", {"text": "x"}, read_timeout_seconds=0.5)
        return int(caught.value.error.code)

    assert converse(conversation, "--fault", fault) < 0
