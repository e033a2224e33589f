"""Rotated logs become Parquet, and nothing changes for those who ask."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from fixtures.events import GARBAGE, Mix, others, runs
from fixtures.lines import DAY, SINCE_S, UNTIL_S
from phasegate.telemetry.keeping.compaction import compact
from phasegate.telemetry.logs.sidecar import held, only_one
from phasegate.telemetry.logs.stream import Stream
from phasegate.telemetry.sources.opening import open_reading

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.telemetry.reading import Intake

STAMPS = ("20260922T000000.000000Z", "20260922T010000.000000Z", "20260922T020000.000000Z")
MIX = Mix(count=600, garbage_rate=0.1, duplicate_rate=0.02, late_rate=0.1)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A log, a packed one, and a log of errors, all rotated; and a live one."""
    folder = tmp_path / "logs [1]"
    folder.mkdir()
    lines = list(runs(MIX))
    (folder / f"plugin-commands.{STAMPS[0]}.log").write_bytes(
        b"".join(lines[:200]) + b'{"schema": 2, "new": 1}\n\n'
    )
    with gzip.open(folder / f"plugin-commands.{STAMPS[1]}.log.gz", "wb") as packed:
        packed.write(b"".join(lines[200:400]))
    (folder / f"plugin-errors.{STAMPS[2]}.log").write_bytes(b"".join(others(MIX)["errors"]))
    (folder / "plugin-commands.log").write_bytes(b"".join(lines[400:]))
    for path in folder.iterdir():
        os.utime(path, (UNTIL_S - 100, UNTIL_S - 100))
    return folder


def answers(folder: Path, reader: str = "duckdb") -> tuple[Intake, Any]:
    with open_reading([folder], "rforge", DAY, reader=reader, clock=lambda: UNTIL_S) as reading:
        return reading.intake, (
            reading.groups(("command", "mode", "version")), reading.timeline(3600), reading.audience(),
            reading.quality(), list(reading.errors()),
        )  # fmt: skip


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_answers_and_counts_are_the_same_before_and_after(logs: Path) -> None:
    before = answers(logs, "plain")
    done = compact([logs], now_s=UNTIL_S)
    assert (len(done.compacted), len(done.deleted), done.waiting, done.problems) == (3, 3, [], [])
    assert names(logs) == [
        f"plugin-commands.{STAMPS[0]}.parquet", f"plugin-commands.{STAMPS[1]}.parquet", "plugin-commands.log",
        f"plugin-errors.{STAMPS[2]}.parquet",
    ]  # fmt: skip
    assert answers(logs) == before
    assert before[0].rejected > 20
    assert before[0].newer == 1


def test_a_damaged_parquet_file_takes_nothing_else_with_it(logs: Path) -> None:
    compact([logs], now_s=UNTIL_S)
    before, told = answers(logs)
    damaged = logs / f"plugin-commands.{STAMPS[2]}.parquet"
    damaged.write_bytes(b"PAR1 and then nothing")
    os.utime(damaged, (UNTIL_S - 100, UNTIL_S - 100))
    intake, told_now = answers(logs)
    assert [words.rpartition(": ")[2] for words in intake.unreadable] == ["no Parquet file of ours"]
    assert replace(intake, unreadable=()) == replace(before, files=before.files + 1)
    assert told_now == told


def test_a_line_that_duckdb_cannot_hold_takes_no_compacted_log_with_it(logs: Path) -> None:
    compact([logs], now_s=UNTIL_S)
    before, told = answers(logs)
    with (logs / "plugin-commands.log").open("ab") as live:
        live.write(b"x" * (40 << 20) + b"\n")
    assert answers(logs) == (replace(before, rejected=before.rejected + 1), told)


def test_what_is_no_event_is_kept_as_text(tmp_path: Path) -> None:
    (tmp_path / f"plugin-commands.{STAMPS[0]}.log").write_bytes(b"\n".join(GARBAGE) + b'\n{"schema": 7}\n')
    assert compact([tmp_path], now_s=UNTIL_S).problems == []
    rows = duckdb.sql(
        f"SELECT schema, rejected FROM '{tmp_path}/plugin-commands.{STAMPS[0]}.parquet' ORDER BY rejected"
    ).fetchall()
    expected = [(None, text.decode("utf-8", "backslashreplace")) for text in GARBAGE] + [(7, '{"schema": 7}')]
    assert rows == sorted(expected, key=lambda row: row[1].encode())


def test_who_has_no_duckdb_is_told_what_it_could_not_read(logs: Path) -> None:
    compact([logs], now_s=UNTIL_S)
    intake, _ = answers(logs, "plain")
    assert intake.files == 1
    assert [text.rpartition("; ")[2] for text in intake.unreadable] == ["phasegate[telemetry] reads it"] * 3


def test_a_log_that_is_being_read_goes_the_next_time(logs: Path) -> None:
    before = answers(logs)
    with held(logs, Stream.COMMANDS, alone=False):
        done = compact([logs], now_s=UNTIL_S)
    assert (len(done.compacted), len(done.deleted), len(done.waiting)) == (3, 1, 2)
    assert answers(logs) == before
    done = compact([logs], now_s=UNTIL_S)
    assert (len(done.compacted), len(done.deleted), len(done.waiting)) == (0, 2, 0)
    assert answers(logs) == before


def test_two_never_compact_one_folder(logs: Path) -> None:
    with only_one(logs, ".compacting") as alone:
        assert alone
        assert compact([logs], now_s=UNTIL_S).compacted == []


def test_what_a_killed_one_left_is_cleared_away(logs: Path) -> None:
    part = logs / ".plugin-usage.20260101T000000.000000Z.parquet.part"
    part.write_bytes(b"PAR1")
    compact([logs], now_s=UNTIL_S)
    assert not part.exists()


def test_a_damaged_log_is_left_as_it_is(logs: Path) -> None:
    path = logs / f"plugin-commands.{STAMPS[1]}.log.gz"
    path.write_bytes(path.read_bytes()[:2000])
    before = answers(logs)
    done = compact([logs], now_s=UNTIL_S)
    assert "damaged" in done.problems[0]
    assert path.exists()
    assert answers(logs) == before


def test_compacted_logs_from_before_the_window_are_not_opened(logs: Path) -> None:
    for path in logs.glob("*.2026*"):
        os.utime(path, (SINCE_S - 3600, SINCE_S - 3600))
        path.rename(path.with_name(path.name.replace("20260922T", "20260901T")))
    compact([logs], now_s=UNTIL_S)
    assert answers(logs)[0].files == 1


def test_what_is_too_old_goes_with_it(logs: Path) -> None:
    done = compact([logs], kept_s=60, now_s=UNTIL_S)
    assert names(logs) == []
    assert len(done.deleted) == 3 + 4


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_one_that_is_killed_while_it_holds_the_folder_keeps_nobody_out(logs: Path) -> None:
    holder = (
        "import sys, time, pathlib\nfrom phasegate.telemetry.logs.sidecar import only_one\n"
        f"with only_one(pathlib.Path({str(logs)!r}), '.compacting'):\n    print('held', flush=True)\n    time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", holder],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == b"held\n"
        assert compact([logs], now_s=UNTIL_S).compacted == []
        process.kill()
    assert len(compact([logs], now_s=UNTIL_S).compacted) == 3
