"""A reading that stays answers as a new one does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fixtures.events import Mix, append, others, runs
from fixtures.lines import DAY, SINCE_S, UNTIL_S
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.opening import open_reading
from phasegate.telemetry.sources.resident import Resident

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.telemetry.reading import Reading

MIX = Mix(count=2000, garbage_rate=0.02, duplicate_rate=0.05, late_rate=0.1)


def answers(reading: Reading) -> list[Any]:
    return [
        reading.intake, reading.groups(("command", "mode", "version")), reading.timeline(3600), reading.units(["2.1.0"]),
        reading.audience(), reading.quality(), list(reading.errors()),
    ]  # fmt: skip


def anew(folder: Path, reader: str, window: Window) -> list[Any]:
    with open_reading([folder], "rforge", window, reader=reader, clock=lambda: UNTIL_S) as reading:
        return answers(reading)


def test_what_arrives_is_added_and_nothing_twice(reader: str, tmp_path: Path) -> None:
    lines, rest = list(runs(MIX)), others(MIX)
    append(tmp_path / "plugin-commands.log", lines[:1000])
    for stream, texts in rest.items():
        append(tmp_path / f"plugin-{stream}.log", texts[:20])
    with Resident([tmp_path], "rforge", 864_000, reader=reader, clock=lambda: UNTIL_S) as resident:
        assert answers(resident.reading(DAY)) == anew(tmp_path, reader, DAY)
        for start in (1000, 1500):
            append(tmp_path / "plugin-commands.log", lines[start - 10 : start + 500])  # ten of them again
            resident.refresh()
            assert answers(resident.reading(DAY)) == anew(tmp_path, reader, DAY)
        for stream, texts in rest.items():
            append(tmp_path / f"plugin-{stream}.log", texts[20:])
        resident.refresh()
        assert answers(resident.reading(DAY)) == anew(tmp_path, reader, DAY)
        short = Window(UNTIL_S - 7200, UNTIL_S - 3600)
        assert answers(resident.reading(short))[1:] == anew(tmp_path, reader, short)[1:]


def padded(text: bytes, size: int) -> bytes:
    """The event with another member of so many bytes."""
    return b'%s,"padding":"%s"}\n' % (text.rstrip(b"}\n"), b"x" * size)


def test_a_line_that_is_too_long_is_no_event_and_takes_no_other_with_it(reader: str, tmp_path: Path) -> None:
    log, lines = tmp_path / "plugin-commands.log", list(runs(Mix(count=61)))
    append(log, lines[:10])
    with Resident([tmp_path], "rforge", 864_000, reader=reader, clock=lambda: UNTIL_S) as resident:
        large = [padded(text, 400_000) for text in lines[10:50]]
        append(log, [*large, padded(lines[60], 18 << 20), *lines[50:60]])
        resident.refresh()
        intake = resident.reading(DAY).intake
        assert (intake.events, intake.rejected, intake.unreadable) == (60, 1, ())


@pytest.mark.parametrize(("start", "size"), [(b"x", 17 << 20), (b'{"schema":1,"timestamp":"', 40)])
def test_a_line_that_is_no_event_takes_no_other_with_it(
    reader: str, tmp_path: Path, start: bytes, size: int
) -> None:
    log, lines = tmp_path / "plugin-commands.log", list(runs(Mix(count=40)))
    append(log, lines[:10])
    with Resident([tmp_path], "rforge", 864_000, reader=reader, clock=lambda: UNTIL_S) as resident:
        append(log, [*lines[10:20], start.ljust(size, b"x") + b"\n", *lines[20:]])
        resident.refresh()
        intake = resident.reading(DAY).intake
        assert (intake.events, intake.rejected, intake.unreadable) == (40, 1, ())


def test_a_rotation_between_two_looks_loses_nothing(reader: str, tmp_path: Path) -> None:
    log, lines = tmp_path / "plugin-commands.log", list(runs(Mix(count=300)))
    append(log, lines[:100])
    with Resident([tmp_path], "rforge", 864_000, reader=reader, clock=lambda: UNTIL_S) as resident:
        append(log, lines[100:200])
        log.rename(tmp_path / "plugin-commands.20260922T000000.000000Z.log")
        append(log, lines[200:])
        resident.refresh()
        assert resident.reading(DAY).intake.events == 300


def test_what_is_older_than_the_history_is_forgotten(reader: str, tmp_path: Path) -> None:
    append(tmp_path / "plugin-commands.log", runs(Mix(count=100)))
    now_s = UNTIL_S
    with Resident([tmp_path], "rforge", 86_400, reader=reader, clock=lambda: now_s) as resident:
        now_s = UNTIL_S + 43_200
        resident.refresh()
        assert resident.reading(Window(SINCE_S, now_s)).intake.events == 50


def test_events_later_than_the_clock_are_future(reader: str, tmp_path: Path) -> None:
    append(tmp_path / "plugin-commands.log", runs(Mix(count=100)))
    with Resident([tmp_path], "rforge", 864_000, reader=reader, clock=lambda: UNTIL_S - 43_200) as resident:
        intake = resident.reading(Window(SINCE_S, UNTIL_S - 64_800)).intake
        assert (intake.events, intake.future) == (25, pytest.approx(50, abs=1))


def test_a_folder_that_vanishes_between_two_looks_is_missing_from_then_on(
    reader: str, tmp_path: Path
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    append(folder / "plugin-commands.log", list(runs(MIX))[:10])
    with Resident([folder], "rforge", 864_000, reader=reader, clock=lambda: UNTIL_S) as resident:
        assert not resident.reading(DAY).intake.missing
        folder.rename(tmp_path / "away")
        resident.refresh()
        assert resident.reading(DAY).intake.missing == (str(folder),)
