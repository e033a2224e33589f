"""Logs go when they are old, unless somebody reads them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from phasegate.telemetry.keeping.retention import KEPT_S, prune
from phasegate.telemetry.logs.sidecar import Sidecar, held
from phasegate.telemetry.logs.stream import Stream

if TYPE_CHECKING:
    from pathlib import Path

NOW_S = 1_795_000_000.0
FORMS = ("log", "log.gz", "parquet")


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Rotated logs of each form, 31 and 29 days old, and a live one that nobody has written to for 31 days."""
    for number, form in enumerate(FORMS):
        put(tmp_path / f"plugin-commands.20261001T00000{number}.000000Z.{form}", age_days=31)
        put(tmp_path / f"plugin-commands.20261020T00000{number}.000000Z.{form}", age_days=29)
    put(tmp_path / "plugin-usage.log", age_days=31)
    put(tmp_path / "plugin-commands.log", age_days=1)
    put(tmp_path / "notes.log", age_days=99)
    return tmp_path


def put(path: Path, *, age_days: float) -> None:
    path.write_bytes(b"\n")
    os.utime(path, (NOW_S - age_days * 86_400, NOW_S - age_days * 86_400))


def test_what_ended_more_than_thirty_days_ago_goes(logs: Path) -> None:
    done = prune([logs], now_s=NOW_S)
    assert len(done.deleted) == 4
    assert sorted(path.name for path in logs.glob("*.*") if not path.name.startswith(".")) == [
        "notes.log", *(f"plugin-commands.20261020T00000{number}.000000Z.{form}" for number, form in enumerate(FORMS)),
        "plugin-commands.log",
    ]  # fmt: skip
    assert prune([logs], now_s=NOW_S).deleted == []


def test_how_long_is_a_setting(logs: Path) -> None:
    assert len(prune([logs], kept_s=28 * 86_400, now_s=NOW_S).deleted) == 7
    assert len(prune([logs], kept_s=0.5 * 86_400, now_s=NOW_S).deleted) == 1
    assert KEPT_S == 30 * 86_400


def test_a_log_that_was_written_to_after_its_name_says_is_as_young_as_that(logs: Path) -> None:
    path = logs / "plugin-errors.20200101T000000.000000Z.log"
    put(path, age_days=2)
    prune([logs], now_s=NOW_S)
    assert path.exists()


def test_what_is_being_read_goes_the_next_time(logs: Path) -> None:
    with held(logs, Stream.COMMANDS, alone=False):
        done = prune([logs], now_s=NOW_S)
    assert ([path.name for path in done.deleted], len(done.waiting)) == (["plugin-usage.log"], 3)
    assert len(prune([logs], now_s=NOW_S).deleted) == 3


def test_a_live_log_that_is_being_written_to_goes_the_next_time(logs: Path) -> None:
    with held(logs, Stream.USAGE, alone=False, car=Sidecar.LOCK):
        assert [path.name for path in prune([logs], now_s=NOW_S).waiting] == ["plugin-usage.log"]


def test_what_cannot_be_listed_or_deleted_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("hello")
    (tmp_path / "logs" / "plugin-commands.20261001T000000.000000Z.log").mkdir(parents=True)
    os.utime(tmp_path / "logs" / "plugin-commands.20261001T000000.000000Z.log", (0, 0))
    done = prune([tmp_path / "file", tmp_path / "logs", tmp_path / "gone"], now_s=NOW_S)
    assert [text.rpartition(": ")[2] for text in done.problems] == ["Not a directory", "Is a directory"]
