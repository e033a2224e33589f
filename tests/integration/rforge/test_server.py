"""The MCP server as a real process."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = [
    f"rforge_{command}" for command in ("status", "analyze", "detect", "deps", "next", "impact", "feedback")
]
PING = b'{"jsonrpc":"2.0","id":99,"method":"ping"}\n'


def test_a_whole_conversation_is_answered_and_ends_with_status_0(server, fixtures: Path) -> None:
    started = server.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}})["result"]
    assert (started["protocolVersion"], started["serverInfo"]["name"]) == ("2025-06-18", "rforge")
    server.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
    tools = server.ask("tools/list", key=2)["result"]["tools"]
    assert [tool["name"] for tool in tools] == TOOLS
    result = server.call("rforge_analyze", path=str(fixtures), context="medfit", format="json")
    assert json.loads(result["content"][0]["text"])["packages"][0]["score"] == 100
    assert server.end() == (0, b"", b"")


def test_the_server_names_the_version_of_its_manifest(server, plugin: Path) -> None:
    manifest = json.loads((plugin / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))
    started = server.ask("initialize", {"protocolVersion": "2025-11-25"})["result"]
    assert started["serverInfo"]["version"] == manifest["version"]


@pytest.mark.parametrize(
    "garbage",
    [
        b"garbage\n",
        b"\xff\xfe\0\n",
        b"[]\n",
        b'{"jsonrpc":"2.0","id":1,"method":7}\n',
        b"[" * 200_000 + b"\n",
    ],
    ids=["text", "bytes", "empty-batch", "no-method", "deep"],
)
def test_garbage_is_answered_with_an_error_and_the_next_message_as_ever(server, garbage: bytes) -> None:
    server.send(garbage + PING)
    assert "error" in server.receive()
    assert server.receive() == {"jsonrpc": "2.0", "id": 99, "result": {}}


def test_a_line_of_9_mib_is_refused_and_the_next_message_answered(server) -> None:
    server.send(b'{"x":"' + b"y" * 9 * 1024 * 1024 + b'"}\n' + PING)
    assert server.receive()["error"]["code"] == -32700
    assert server.receive()["id"] == 99


def test_a_batch_is_answered_in_one_line(server) -> None:
    server.send(b"[" + PING.strip() + b"," + PING.strip() + b"]\n")
    assert [answer["id"] for answer in server.receive()] == [99, 99]


def test_a_message_in_pieces_is_one_message(server) -> None:
    server.send(PING[:11])
    server.send(PING[11:])
    assert server.receive()["id"] == 99


def test_half_a_message_and_the_end_are_a_parse_error_and_status_0(server) -> None:
    server.send(PING[:20])
    status, left, log = server.end()
    assert (status, json.loads(left)["error"]["code"], log) == (0, -32700, b"")


def test_the_end_at_once_is_status_0(server) -> None:
    assert server.end() == (0, b"", b"")


def test_a_tool_s_failure_is_a_result_and_is_logged(server) -> None:
    result = server.call("rforge_status")
    assert result["isError"] is True
    assert "There is no R package in" in result["content"][0]["text"]
    _, _, log = server.end()
    assert b"rforge: ValidationError (low) in status" in log


def test_letters_of_every_alphabet_come_back_whole(server, tmp_path: Path) -> None:
    package = tmp_path / "päckchen 包"
    package.mkdir()
    (package / "DESCRIPTION").write_text("Package: tiny\nTitle: Größe 包\n", encoding="utf-8")
    text = server.call("rforge_analyze", path=str(package))["content"][0]["text"]
    assert "Größe 包" in text


def install(plugin: Path, tmp_path: Path, flags: str | None) -> Path:
    """A copy of the plugin as a client installs it, with this text as its flag file."""
    copy = tmp_path / "installed"
    shutil.copytree(plugin, copy, ignore=shutil.ignore_patterns("__pycache__"))
    if flags is None:
        (copy / "flags.json").unlink()
    else:
        (copy / "flags.json").write_text(flags, encoding="utf-8")
    return copy


OFF = '{"schema": 1, "flags": {"mode-system": {"enabled": false, "users": [], "percentage": 100}}}'


@pytest.mark.parametrize(("flags", "logged"), [(OFF, b""), ("{", b"flag file"), (None, b"flag file")])
def test_with_the_flag_off_or_unreadable_the_tools_answer_in_default_mode_alone(
    start, plugin: Path, tmp_path: Path, fixtures: Path, flags: str | None, logged: bytes
) -> None:
    server = start(install(plugin, tmp_path, flags) / "server.py", fixtures)
    answered = server.call("rforge_status")
    refused = server.call("rforge_analyze", mode="debug")
    status, _, log = server.end()
    assert (status, answered["isError"], refused["isError"]) == (0, False, True)
    assert "switched off" in refused["content"][0]["text"]
    assert logged in log


def test_running_the_server_leaves_the_installed_folder_as_it_was(
    start, plugin: Path, tmp_path: Path, fixtures: Path
) -> None:
    copy = install(plugin, tmp_path, OFF)
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    server = start(copy / "server.py", fixtures, PYTHONDONTWRITEBYTECODE="")
    server.call("rforge_analyze")
    server.end()
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_the_official_client_lists_and_calls_the_tools(plugin: Path, fixtures: Path) -> None:
    pytest.importorskip("mcp", reason="the official client is not installed; it needs Python 3.10 or newer")
    import asyncio

    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    async def converse() -> tuple[str, list[str], str, bool, bool]:
        parameters = StdioServerParameters(
            command=sys.executable, args=[str(plugin / "server.py")], cwd=str(fixtures)
        )
        async with stdio_client(parameters) as (reading, writing), ClientSession(reading, writing) as session:
            started = await session.initialize()
            await session.send_ping()
            tools = await session.list_tools()
            whole = await session.call_tool("rforge_analyze", {"context": "medfit"})
            wrong = await session.call_tool("rforge_analyze", {"mode": "fast"})
        info = started.model_dump(by_alias=True)["serverInfo"]["name"]
        dumped = [result.model_dump(by_alias=True) for result in (whole, wrong)]
        text = dumped[0]["content"][0]["text"]
        return info, [tool.name for tool in tools.tools], text, dumped[0]["isError"], dumped[1]["isError"]

    name, tools, text, failed, refused = asyncio.run(converse())
    assert (name, tools) == ("rforge", TOOLS)
    assert "Health:       100" in text
    assert (failed, refused) == (False, True)
