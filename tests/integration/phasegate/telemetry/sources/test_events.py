from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fixtures.events import Mix, write, write_others
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.events import read_events

if TYPE_CHECKING:
    from pathlib import Path

STAMP = "20260926T120000.000000Z"


def everything(folder: Path) -> list[tuple[float, dict[str, object]]]:
    events, unread = read_events([folder], "rforge", Window(0.0, 4e9))
    assert not unread
    return [(at_s, dict(event)) for at_s, event in events]


def test_events_come_in_the_order_of_time_whatever_file_they_are_in(tmp_path: Path) -> None:
    write(tmp_path, Mix(count=300, late_rate=0.2, garbage_rate=0.1))
    write_others(tmp_path, Mix(count=300))
    times = [at_s for at_s, _ in everything(tmp_path)]
    assert len(times) > 300
    assert times == sorted(times)


def test_only_the_window_and_the_plugin_are_taken(tmp_path: Path) -> None:
    mix = Mix(count=100)
    write(tmp_path, mix)
    half = Window(mix.since_s, (mix.since_s + mix.until_s) / 2)
    assert len(read_events([tmp_path], "rforge", half)[0]) == 50
    assert read_events([tmp_path], "another", half)[0] == []


def test_a_compacted_file_gives_the_events_that_its_lines_gave(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    from phasegate.telemetry.keeping.compaction import compact

    write(tmp_path, Mix(count=200, garbage_rate=0.05), name=f"plugin-commands.{STAMP}.log")
    before = everything(tmp_path)
    assert compact([tmp_path], kept_s=1e12).compacted
    assert everything(tmp_path) == before


def test_a_damaged_compacted_file_is_said_and_the_others_are_read(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    write(tmp_path, Mix(count=10))
    (tmp_path / f"plugin-commands.{STAMP}.parquet").write_bytes(b"PAR1 and then nothing")
    events, unread = read_events([tmp_path], "rforge", Window(0.0, 4e9))
    assert len(events) == 10
    assert [words.rpartition(": ")[2] for words in unread] == ["no Parquet file of ours"]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert read_events([tmp_path / "nowhere"], "rforge", Window(0.0, 4e9)) == (
        [],
        (f"{tmp_path / 'nowhere'} is not there",),
    )
