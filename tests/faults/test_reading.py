"""Logs under stress: writers that rotate while readers read, and compactors that are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fixtures.events import Mix, runs
from phasegate.telemetry.logs.following import Follower
from phasegate.telemetry.logs.line import Kind
from phasegate.telemetry.logs.stream import Stream
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.opening import READERS, open_reading

if TYPE_CHECKING:
    from collections.abc import Callable

WRITER = Path(__file__).parents[1] / "fixtures" / "writer.py"
EVER = Window(0.0, 4e9)
COMPACTOR = "import sys\nfrom phasegate.telemetry.keeping.compaction import compact\ncompact([sys.argv[1]], kept_s=1e9)"
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed as Unix does it")


def reading_of(folder: Path, reader: str) -> tuple[int, int, int, tuple[str, ...]]:
    """Events, rejected lines, doubles, and what could not be read."""
    with open_reading([folder], "rforge", EVER, reader=reader, streams=[Stream.COMMANDS]) as reading:
        intake = reading.intake
    return intake.events, intake.rejected, intake.duplicates, intake.unreadable


@pytest.mark.timeout(900)
def test_every_event_of_writers_that_rotate_is_read_once_by_each_reader_and_the_follower(
    tmp_path: Path, whole: bool, figure: Callable[[str], None]
) -> None:
    writers, count = (8, 50_000) if whole else (4, 4_000)
    most = 2_000_000 if whole else 200_000
    folder = tmp_path / "logs"
    folder.mkdir()
    follower = Follower([folder], [Stream.COMMANDS], whole=True)
    command = [sys.executable, str(WRITER), str(folder), "--count", str(count), "--rotate", str(most)]
    running = [subprocess.Popen(command, env=ENVIRONMENT) for _ in range(writers)]
    readings, last, followed = 0, dict.fromkeys(READERS, 0), []
    while any(writer.poll() is None for writer in running):
        for reader in READERS:
            events, rejected, doubles, unreadable = reading_of(folder, reader)
            assert (rejected, doubles, unreadable) == (0, 0, ())
            assert events >= last[reader], "a reading lost what an earlier one had"
            last[reader] = events
            readings += 1
        followed += [each.line for each in follower.poll()]
    assert [writer.wait() for writer in running] == [0] * writers
    followed += [each.line for each in follower.poll()]
    for reader in READERS:
        assert reading_of(folder, reader) == (writers * count, 0, 0, ())
    assert {line.kind for line in followed} == {Kind.EVENT}
    assert len(followed) == len({line.event["id"] for line in followed}) == writers * count
    rotated = len(list(folder.glob("plugin-commands.2*")))
    assert rotated > 1
    figure(f"{writers} writers, {writers * count} events, {rotated} rotations, {readings} readings meanwhile")


@pytest.mark.timeout(900)
def test_a_compactor_that_is_killed_neither_loses_nor_doubles_a_log(
    tmp_path: Path, whole: bool, seed: int, figure: Callable[[str], None]
) -> None:
    draw, lines = random.Random(seed), list(runs(Mix(count=4000, garbage_rate=0.01)))
    rejected = sum(not text.startswith(b'{"schema":1,"timestamp":"') for text in lines)
    killed = finished = 0
    longest_s = 0.6
    while killed < (150 if whole else 3):
        folder = tmp_path / f"logs-{finished}"
        folder.mkdir()
        for number in range(8):
            stamp = f"20260922T00000{number}.000000Z"
            (folder / f"plugin-commands.{stamp}.log").write_bytes(
                b"".join(lines[number * 500 : (number + 1) * 500])
            )
        (folder / "plugin-commands.log").write_bytes(b"".join(lines[4000:]))
        while True:
            process = subprocess.Popen([sys.executable, "-c", COMPACTOR, str(folder)], env=ENVIRONMENT)
            begun_s = time.monotonic()
            try:
                process.wait(draw.uniform(0.1, longest_s))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed += 1
                longest_s *= 1.2  # else it may never get to its end
            else:
                assert process.returncode == 0
                longest_s = time.monotonic() - begun_s
            assert reading_of(folder, "duckdb") == (4000, rejected, 0, ())
            if process.returncode == 0:
                finished += 1
                break
        assert not list(folder.glob("*.2*.log"))
        assert not list(folder.glob(".*.part"))
    figure(f"{killed} compactors killed, {finished} finished what they left")
