"""Writing an event, against concurrent-log-handler, which also lets processes share a file that rotates.

Both write the same line into a file of their own, in turn in one process, with the same limits.
"""

from __future__ import annotations

import json
import logging
import os
import time
from datetime import datetime, timezone
from statistics import median
from typing import TYPE_CHECKING, Callable

import pytest

from rforge.telemetry.account import Account
from rforge.telemetry.event import SCHEMA, Kind, command_members
from rforge.telemetry.settings import FILE_BYTES, FILES, Settings
from rforge.telemetry.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ConcurrentRotatingFileHandler = pytest.importorskip("concurrent_log_handler").ConcurrentRotatingFileHandler

LINES, ROUNDS = 2_000, 15
SESSION = "0123456789abcdef"

Emit = Callable[[Account], None]


class JsonLine(logging.Formatter):
    """A record as our line has it; the handler asks for it twice a record, to know its size and to write it."""

    def __init__(self, who: dict[str, object]) -> None:
        super().__init__()
        self.who = who

    def format(self, record: logging.LogRecord) -> str:
        return self.line(record.created, record.msg)

    def line(self, at_s: float, account: Account) -> str:
        at = datetime.fromtimestamp(at_s, timezone.utc).isoformat(timespec="milliseconds")
        event = {"schema": SCHEMA, "timestamp": f"{at[:23]}Z", "id": os.urandom(8).hex(), "event": "command"}
        return json.dumps({**event, **self.who, **command_members(account)}, separators=(",", ":"))


@pytest.fixture
def account() -> Account:
    made = Account()
    made.begin("status", 5.0, {})
    made.report()
    return made


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Emit]:
    writer = Writer(Settings(is_on=True, folder=tmp_path / "ours"), "2.0.0", "ada", SESSION, None)
    yield lambda account: writer.write(time.time(), Kind.COMMAND, command_members(account))
    writer.close()


@pytest.fixture(params=["a formatter", "a finished line"])
def peer(request: pytest.FixtureRequest, tmp_path: Path, ours: Emit, account: Account) -> Iterator[Emit]:
    """It formats its records as people have it do, or is given the line, which is the least that it can be asked."""
    ours(account)
    event = json.loads((tmp_path / "ours" / "plugin-commands.log").read_text(encoding="ascii"))
    who = {name: event[name] for name in ("plugin", "version", "install", "user", "session", "probe")}
    handler = ConcurrentRotatingFileHandler(
        str(tmp_path / "peer.log"), maxBytes=FILE_BYTES, backupCount=FILES, use_gzip=True
    )
    line = JsonLine(who)
    if request.param == "a formatter":
        handler.setFormatter(line)
    logger = logging.getLogger("peer")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    yield logger.info if handler.formatter else lambda account: logger.info(line.line(time.time(), account))
    logger.removeHandler(handler)
    handler.close()


def seconds(emit: Emit, account: Account) -> float:
    start_s = time.perf_counter()
    for _ in range(LINES):
        emit(account)
    return time.perf_counter() - start_s


def test_writing_a_line_against_concurrent_log_handler(
    request: pytest.FixtureRequest, ours: Emit, peer: Emit, account: Account, tmp_path: Path
) -> None:
    pairs = [(seconds(ours, account), seconds(peer, account)) for _ in range(ROUNDS + 1)][1:]
    mine, theirs = (median(one) / LINES * 1e6 for one in zip(*pairs))
    ratio = median(first / second for first, second in pairs)
    with_what = request.node.callspec.params["peer"]
    print(
        f"\nrforge: {mine:.1f} µs a line   concurrent-log-handler with {with_what}: {theirs:.1f} µs   ratio {ratio:.2f}"
    )
    files = (tmp_path / "ours" / "plugin-commands.log", tmp_path / "peer.log")
    lines = [file.read_bytes().splitlines() for file in files]
    assert [len(found) for found in lines] == [LINES * (ROUNDS + 1) + 1, LINES * (ROUNDS + 1)]
    assert abs(len(lines[0][-1]) - len(lines[1][-1])) < 5
