"""Calls side by side: one that takes long keeps nobody waiting, and one that nobody waits for any more is given up."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from measuring.faults import ServerError
from measuring.mcp_client import McpClient

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[3]
FIXTURES = REPOSITORY / "tests" / "fixtures" / "r"
COPIES = 400
LONG = "rforge_analyze"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many packages that a command over all of them takes seconds."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(COPIES):
        shutil.copytree(FIXTURES / "medfit", folder / f"p{number}")
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[McpClient]:
    with McpClient([sys.executable, str(REPOSITORY / "rforge" / "server.py")], tmp_path) as client:
        client.initialize()
        yield client


def arguments(folder: Path, mode: str = "default") -> dict[str, object]:
    return {"name": LONG, "arguments": {"path": str(folder), "mode": mode}}


def has_answered(client: McpClient, key: int) -> bool:
    """Whether the answer has come, without waiting for it."""
    try:
        client.wait(key, patience_s=0)
    except ServerError:
        return False
    return True


def test_a_ping_and_a_short_call_are_answered_while_a_long_call_goes_on(
    server: McpClient, many: Path
) -> None:
    long = server.ask("tools/call", arguments(many))
    assert server.request("ping") == {}
    short = server.call("rforge_status", {"path": str(FIXTURES)})
    assert short["isError"] is False
    assert not has_answered(server, long)
    assert server.wait(long)["isError"] is False


def test_a_cancelled_call_is_never_answered_and_its_work_stops(server: McpClient, many: Path) -> None:
    long = server.ask("tools/call", arguments(many))
    server.cancel(long)
    assert server.request("ping") == {}
    server.close()  # the server ends once what is under way is over
    assert server.process.returncode == 0
    assert not has_answered(server, long)


def test_cancelling_one_call_leaves_the_others(server: McpClient, many: Path) -> None:
    calls = [server.ask("tools/call", arguments(many)) for _ in range(3)]
    server.cancel(calls[1])
    assert [server.wait(key)["isError"] for key in (calls[0], calls[2])] == [False, False]
    server.close()
    assert not has_answered(server, calls[1])


def test_cancelling_what_is_answered_or_was_never_asked_does_nothing(server: McpClient) -> None:
    done = server.ask("ping")
    assert server.wait(done) == {}
    server.cancel(done)
    server.cancel(4711)
    server.notify("notifications/cancelled", {"requestId": [], "reason": 7})
    assert server.request("ping") == {}


def test_more_calls_than_are_done_at_once_are_all_answered(server: McpClient) -> None:
    keys = [server.ask("tools/call", arguments(FIXTURES)) for _ in range(30)]
    assert [server.wait(key)["isError"] for key in keys] == [False] * 30
