"""rforge's real server with the official client, every case of the protocol that a client can come to."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rforge.tools import commands_by_tool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

mcp = pytest.importorskip("mcp", reason="the official client is not installed; it needs Python 3.10 or newer")

REPOSITORY = Path(__file__).resolve().parents[3]
SERVER = REPOSITORY / "rforge" / "server.py"
FIXTURES = REPOSITORY / "tests" / "fixtures" / "r"


@asynccontextmanager
async def session(folder: Path) -> AsyncIterator[Any]:
    from mcp.client.stdio import stdio_client

    parameters = mcp.StdioServerParameters(command=sys.executable, args=[str(SERVER)], cwd=str(folder))
    async with stdio_client(parameters) as (reading, writing), mcp.ClientSession(reading, writing) as talk:
        await talk.initialize()
        yield talk


def converse(conversation: Callable[[Any], Awaitable[Any]], folder: Path = FIXTURES) -> Any:
    async def run() -> Any:
        async with session(folder) as talk:
            return await conversation(talk)

    return asyncio.run(run())


def text(result: Any) -> str:
    return str(result.content[0].text)


def test_it_shakes_hands_and_names_itself_with_its_version() -> None:
    async def conversation(talk: Any) -> tuple[str, str, bool]:
        return talk.server_info.name, talk.server_info.version, talk.server_capabilities.tools is not None

    manifest = json.loads((SERVER.parent / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))
    assert converse(conversation) == ("rforge", manifest["version"], True)


def test_every_tool_is_listed_with_a_description_and_a_schema_of_its_input() -> None:
    async def conversation(talk: Any) -> Any:
        return (await talk.list_tools()).tools

    tools = converse(conversation)
    assert [tool.name for tool in tools] == [*commands_by_tool(), "rforge_feedback"]
    assert all(tool.description and tool.input_schema["type"] == "object" for tool in tools)
    tools.pop()
    assert all(
        {"path", "context", "mode", "format"} <= set(tool.input_schema["properties"]) for tool in tools
    )


@pytest.mark.parametrize("tool", commands_by_tool())
def test_every_tool_answers_in_every_format(tool: str) -> None:
    async def conversation(talk: Any) -> list[bool]:
        calls = [
            talk.call_tool(tool, {"context": "medfit", "format": form})
            for form in ("terminal", "json", "markdown")
        ]
        return [answer.is_error or "medfit" not in text(answer) for answer in await asyncio.gather(*calls)]

    assert converse(conversation) == [False, False, False]


def test_a_ping_is_answered() -> None:
    async def conversation(talk: Any) -> str:
        return type(await talk.send_ping()).__name__

    assert converse(conversation) == "EmptyResult"


def test_a_wrong_argument_is_an_error_of_the_tool_with_words_for_the_user() -> None:
    async def conversation(talk: Any) -> tuple[bool, str]:
        answer = await talk.call_tool("rforge_status", {"mode": "hasty"})
        return answer.is_error, text(answer)

    failed, words = converse(conversation)
    assert failed
    assert "Unknown mode 'hasty'." in words


def test_a_tool_that_is_not_there_is_an_error_of_the_protocol_and_ends_nothing() -> None:
    async def conversation(talk: Any) -> tuple[int, bool]:
        with pytest.raises(mcp.MCPError) as caught:
            await talk.call_tool("rforge_absent")
        return caught.value.error.code, (await talk.call_tool("rforge_status")).is_error

    assert converse(conversation) == (-32602, False)


def test_twenty_calls_at_once_each_get_their_own_answer() -> None:
    async def conversation(talk: Any) -> list[list[str]]:
        names = ["medfit", "probmed"] * 10
        calls = [talk.call_tool("rforge_status", {"context": name, "format": "json"}) for name in names]
        reports = [json.loads(text(answer)) for answer in await asyncio.gather(*calls)]
        return [[package["package"] for package in report["packages"]] for report in reports]

    assert converse(conversation) == [["medfit"], ["probmed"]] * 10


def test_after_a_call_that_the_client_gave_up_the_next_is_answered() -> None:
    async def conversation(talk: Any) -> bool:
        with pytest.raises(mcp.MCPError):
            await talk.call_tool("rforge_analyze", {}, read_timeout_seconds=0.0001)
        return bool((await talk.call_tool("rforge_status")).is_error)

    assert converse(conversation) is False


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are letters there")
def test_files_whose_names_are_no_text_leave_an_answer_that_the_client_understands(tmp_path: Path) -> None:
    package = tmp_path / os.fsdecode(b"pack\xff")
    (package / "R").mkdir(parents=True)
    (package / "DESCRIPTION").write_text("Package: tiny\n", encoding="utf-8")
    (package / "R" / os.fsdecode(b"f\xfe.R")).write_text("f <- 1\n", encoding="utf-8")

    async def conversation(talk: Any) -> list[Any]:
        asked = [("rforge_status", "default"), ("rforge_analyze", "debug"), ("rforge_detect", "release")]
        return [await talk.call_tool(tool, {"mode": mode, "format": "json"}) for tool, mode in asked]

    for result in converse(conversation, tmp_path):
        assert result.structured_content == json.loads(text(result))
        assert "pack\ufffd" in text(result)
