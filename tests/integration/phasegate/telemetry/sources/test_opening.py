"""What is read of log folders, by either reader."""

from __future__ import annotations

import gzip
import json
import math
import os
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.events import Mix, append, others, runs, write, write_others
from fixtures.lines import DAY, SINCE_S, UNTIL_S, event, line
from phasegate.telemetry.logs.sidecar import held
from phasegate.telemetry.logs.stream import Stream
from phasegate.telemetry.readers.duckdb import DuckdbSource
from phasegate.telemetry.readers.plain import PlainSource
from phasegate.telemetry.reading import Group, Runs, Window
from phasegate.telemetry.sources.opening import open_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from phasegate.telemetry.reading import Reading

COMMANDS = "plugin-commands.log"
ROTATED = "plugin-commands.20260922T000000.000000Z.log"


def put(folder: Path, *lines: bytes, name: str = COMMANDS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    append(folder / name, lines)
    return folder


@contextmanager
def as_nobody(home: Path) -> Iterator[None]:
    """As a user whom permissions bind (root reads everything), who gets to `home` and has a temporary folder of his own."""
    user, nobody, own = os.geteuid(), 65534, home / "temporary"
    own.mkdir()
    for parent in (home, *home.parents):
        if parent.stat().st_uid == user and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    if user == 0:
        os.chown(own, nobody, nobody)
        os.seteuid(nobody)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tempfile, "tempdir", str(own))
            yield
    finally:
        os.seteuid(user)


def test_runs_are_counted_by_how_they_ended(read: Any, tmp_path: Path) -> None:
    ends = ["ok", "ok", "partial", "failed", "refused", "cancelled"]
    put(tmp_path, *(line(number, outcome=end) for number, end in enumerate(ends)))
    with read(tmp_path) as reading:
        (group,) = reading.groups(())
    assert group.runs == Runs(
        ok=2, partial=1, failed=1, refused=1, cancelled=1, p50_s=1.0, p95_s=1.0, p99_s=1.0, longest_s=1.0
    )
    assert group.runs.error_rate == 0.25


def test_no_runs_are_one_empty_group(read: Any, tmp_path: Path) -> None:
    with read(tmp_path) as reading:
        assert reading.groups(()) == (Group({}, Runs()),)
        assert reading.groups(("command",)) == ()
        assert (reading.timeline(60), reading.units(["2.0.0"]), reading.audience(), list(reading.errors())) == (
            (), (), (), [],
        )  # fmt: skip
        assert reading.quality().satisfaction is None


def test_quantiles_are_linear_between_neighbours(read: Any, tmp_path: Path) -> None:
    put(tmp_path, *(line(number, duration_s=float(number)) for number in range(11)))
    with read(tmp_path) as reading:
        counted = reading.groups(())[0].runs
    assert (counted.p50_s, counted.p95_s, counted.p99_s, counted.longest_s) == (5.0, 9.5, 9.9, 10.0)


def test_groups_are_in_the_order_of_their_keys_and_keys_are_words(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1, command="b", explicit=True), line(2, command="a"), line(3, command="b"))
    with read(tmp_path) as reading:
        keys = [group.key for group in reading.groups(("command", "explicit"))]
    assert keys == [
        {"command": "a", "explicit": "false"},
        {"command": "b", "explicit": "false"},
        {"command": "b", "explicit": "true"},
    ]


def test_only_what_runs_have_can_be_grouped_by(read: Any, tmp_path: Path) -> None:
    with read(tmp_path) as reading, pytest.raises(ValueError, match="grouped by"):
        reading.groups(("install",))


def test_probes_count_where_they_are_asked_for(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1, probe=True, outcome="failed"), line(2), line(3, probe=True))
    with read(tmp_path) as reading:
        assert reading.groups(())[0].runs.total == 1
        assert reading.groups((), probes=True)[0].runs.total == 3
        assert (reading.quality().probes, reading.quality().failed_probes) == (2, 1)
        assert len(reading.timeline(60)) == 1


def test_what_is_refused_or_cancelled_has_no_duration_and_no_budget(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1, outcome="cancelled", duration_s=99.0), line(2, outcome="failed", duration_s=11.0))
    with read(tmp_path) as reading:
        counted = reading.groups(())[0].runs
    assert (counted.over_budget, counted.longest_s) == (1, 11.0)


def test_the_window_has_its_beginning_and_not_its_end(read: Any, tmp_path: Path) -> None:
    put(tmp_path, *(line(n, at) for n, at in enumerate([SINCE_S - 0.001, SINCE_S, UNTIL_S - 0.001, UNTIL_S])))
    with read(tmp_path, now_s=UNTIL_S + 1) as reading:
        assert reading.groups(())[0].runs.total == 2
        assert (reading.intake.events, reading.intake.future) == (2, 0)


def test_events_later_than_the_clock_are_future(read: Any, tmp_path: Path) -> None:
    late = line(7, UNTIL_S + 9)
    put(tmp_path, line(1), line(2, UNTIL_S + 5), late, late)
    with read(tmp_path, now_s=UNTIL_S + 6) as reading:
        assert (reading.intake.events, reading.intake.future) == (1, 1)


def test_steps_of_time_begin_at_whole_multiples(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1, 1_790_000_119.9), line(2, 1_790_000_160), line(3, 1_790_000_161, version="3.0.0"))
    with read(tmp_path) as reading:
        assert [(bucket.at_s, bucket.runs.ok) for bucket in reading.timeline(60)] == [
            (1_790_000_100, 1), (1_790_000_160, 2),
        ]  # fmt: skip
        assert [bucket.runs.ok for bucket in reading.timeline(60, versions=["3.0.0"])] == [1]


def test_a_unit_is_the_first_served_run_of_an_install_on_a_version(read: Any, tmp_path: Path) -> None:
    put(
        tmp_path,
        line(1, SINCE_S + 10, outcome="refused"),
        line(3, SINCE_S + 30),
        line(2, SINCE_S + 20, outcome="failed", duration_s=20.0),
        line(4, SINCE_S + 5, install="d" * 16),
        line(5, SINCE_S + 40, version="3.0.0"),
        line(6, SINCE_S + 1, install="e" * 16, probe=True),
    )
    with read(tmp_path) as reading:
        units = reading.units(["2.0.0"])
    assert [
        (unit.install[0], unit.at_s, unit.failed, unit.over_budget, unit.duration_s) for unit in units
    ] == [
        ("d", SINCE_S + 5, False, False, 1.0),
        ("a", SINCE_S + 20, True, True, 20.0),
    ]


@pytest.mark.parametrize("members", [{"outcome": "crashed"}, {"outcome": None}, {"duration_s": -1.0}])
def test_a_run_that_does_not_tell_how_it_went_is_a_unit_of_no_duration(
    read: Any, tmp_path: Path, members: dict[str, Any]
) -> None:
    """It may have failed: were it left out, a release of which only the failures are told badly would look healthy."""
    put(tmp_path, line(1, **members), line(2, install="d" * 16, outcome="cancelled"))
    with read(tmp_path) as reading:
        (unit,) = reading.units(["2.0.0"])
    assert (unit.install, unit.failed) == ("a" * 16, False)
    assert math.isnan(unit.duration_s)


def test_of_runs_at_one_instant_the_worst_is_the_unit(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1, duration_s=3.0), line(2, outcome="failed"), line(3, duration_s=30.0))
    with read(tmp_path) as reading:
        assert [unit.failed for unit in reading.units(["2.0.0"])] == [True]


def test_an_install_is_where_it_did_its_last_thing(read: Any, tmp_path: Path) -> None:
    put(
        tmp_path,
        line(1, SINCE_S + 10),
        line(2, SINCE_S + 20, version="2.0.1"),
        line(3, SINCE_S + 5, install="d" * 16),
    )
    session = event(
        4,
        SINCE_S + 30,
        event="session",
        outcome="started",
        install="d" * 16,
        version="2.0.1",
        session="9" * 16,
    )
    put(tmp_path, json.dumps(session).encode() + b"\n", name="plugin-usage.log")
    with read(tmp_path) as reading:
        old, new = reading.audience()
    assert (old.version, old.installs, old.latest, old.last_at_s) == ("2.0.0", 2, 0, SINCE_S + 10)
    assert (new.version, new.installs, new.latest, new.sessions) == ("2.0.1", 2, 2, 2)


def test_the_same_event_counts_once_wherever_it_is_read(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1), line(1), line(2))
    put(tmp_path, line(2), line(3), name=ROTATED)
    with read(tmp_path) as reading:
        assert reading.groups(())[0].runs.ok == 3
        assert (reading.intake.events, reading.intake.duplicates) == (3, 2)


NO_EVENTS = {
    "torn": line()[:60],
    "garbage": b"hello, world",
    "NUL": b"\0" * 30,
    "NUL within": line()[:60] + b"\0" + line()[60:-1],
    "an array": b"[1, 2]",
    "null": b"null",
    "an empty object": b"{}",
    "no UTF-8": line()[:-3] + b'\xff"}',
    "no id": line(id=None)[:-1],
    "no schema": line(schema=None)[:-1],
    "schema 0": line(schema=0)[:-1],
    "no day": line(timestamp="2026-02-30T00:00:00.000Z")[:-1],
    "a time without a zone": line(timestamp="2026-09-21T14:00:00.000")[:-1],
    "a time that is a number": line(timestamp=5)[:-1],
    "half a line of the next": line()[40:-1],
    "megabytes": b"x" * (3 << 20),
    "nested": b"[" * 100_000,
}


@pytest.mark.parametrize("text", NO_EVENTS.values(), ids=NO_EVENTS.keys())
def test_a_line_that_is_no_event_is_rejected_and_the_others_count(
    read: Any, tmp_path: Path, text: bytes
) -> None:
    put(tmp_path, line(1), text + b"\n", line(2))
    with read(tmp_path) as reading:
        assert (reading.intake.events, reading.intake.rejected) == (2, 1)
        assert reading.groups(())[0].runs.ok == 2


def test_two_events_on_one_line_are_rejected(read: Any, reader: str, tmp_path: Path) -> None:
    put(tmp_path, line(1), line(2)[:-1] + line(3), line(4))
    with read(tmp_path) as reading:
        if reader == "duckdb" and sys.version_info < (3, 10):  # 1.4 sees the first of them
            assert (reading.intake.events, reading.intake.rejected) == (3, 0)
        else:
            assert (reading.intake.events, reading.intake.rejected) == (2, 1)


def test_blank_lines_are_nothing(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1), b"\n", b"   \n", line(2)[:-1] + b"\r\n")
    with read(tmp_path) as reading:
        assert (reading.intake.events, reading.intake.rejected) == (2, 0)


def test_lines_of_a_newer_schema_are_counted_and_left_out(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1), line(2, schema=2), b'{"schema": 3}\n')
    with read(tmp_path) as reading:
        assert (reading.intake.events, reading.intake.newer, reading.intake.rejected) == (1, 2, 0)


def test_numbers_that_are_none_are_missing(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1, duration_s=float("nan")), line(2, duration_s=None), line(3))
    with read(tmp_path) as reading:
        counted = reading.groups(())[0].runs
    assert (counted.ok, counted.over_budget, counted.longest_s) == (3, 0, 1.0)


def test_other_plugins_and_events_that_lost_their_way_are_nobodys(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1), line(2, plugin="other"), line(3, event="debug"))
    with read(tmp_path) as reading:
        assert (reading.intake.events, reading.intake.rejected) == (1, 0)


def test_half_a_line_at_the_end_is_not_there_yet(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1), line(2)[:50])
    with read(tmp_path) as reading:
        assert (reading.intake.events, reading.intake.rejected) == (1, 0)


def test_half_a_line_at_the_end_of_a_rotated_file_is_rejected(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1), line(2)[:50], name=ROTATED)
    put(tmp_path, line(3))
    with read(tmp_path) as reading:
        assert (reading.intake.events, reading.intake.rejected) == (2, 1)


def test_rotated_and_packed_files_are_read_and_of_each_one_form(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1))
    put(tmp_path, line(2), name=ROTATED)
    with gzip.open(tmp_path / f"{ROTATED}.gz", "wb") as packed:
        packed.write(line(2) + line(3))
    put(tmp_path, line(9), name=".plugin-commands.20260922T000001.000000Z.log.gz.part")
    with read(tmp_path) as reading:
        assert (reading.intake.events, reading.intake.duplicates, reading.intake.files) == (3, 0, 2)


def test_a_damaged_gzip_gives_what_it_can_and_is_said(read: Any, tmp_path: Path) -> None:
    lines = b"".join(line(number, session=os.urandom(8).hex()) for number in range(5000))
    (tmp_path / f"{ROTATED}.gz").write_bytes(gzip.compress(lines)[:60_000])
    put(tmp_path, line(9999))
    with read(tmp_path) as reading:
        intake = reading.intake
    assert 1 < intake.events < 5000
    assert "damaged" in intake.unreadable[0]


def test_rotated_files_that_ended_before_the_window_are_not_opened(read: Any, tmp_path: Path) -> None:
    old, near = (
        tmp_path / ROTATED.replace("0922", "0901"),
        tmp_path / ROTATED.replace("20260922T00", "20260921T14"),
    )
    for path in (old, near):
        put(tmp_path, b"hello\n", name=path.name)
        os.utime(path, (SINCE_S - 3600, SINCE_S - 3600))
    os.utime(near, (SINCE_S - 200, SINCE_S - 200))
    with read(tmp_path) as reading:
        assert (reading.intake.files, reading.intake.rejected) == (1, 1)


def test_a_large_live_file_is_read_from_where_the_window_may_begin(read: Any, tmp_path: Path) -> None:
    write(tmp_path, Mix(count=12_000, since_s=SINCE_S - 86_400, until_s=UNTIL_S, late_rate=0.1))
    lines = (tmp_path / COMMANDS).read_bytes().splitlines(keepends=True)
    (tmp_path / COMMANDS).write_bytes(b"hello\n" + b"".join(lines))
    window = Window(UNTIL_S - 3600, UNTIL_S)
    recent = [text for text in lines if window.since_s <= _at_s(text) < window.until_s]
    with read(tmp_path, window=window) as reading:
        assert reading.intake.events == len(recent)
        assert reading.intake.rejected == 0, "the beginning was not read"


def test_what_was_written_before_the_clock_was_set_back_counts(read: Any, tmp_path: Path) -> None:
    put(tmp_path, *runs(Mix(count=5000, since_s=SINCE_S, until_s=UNTIL_S, seed=1)))
    put(tmp_path, *runs(Mix(count=9000, since_s=SINCE_S - 864_000, until_s=SINCE_S, seed=2)))
    put(tmp_path, *runs(Mix(count=1000, since_s=SINCE_S, until_s=UNTIL_S, seed=3)))
    with read(tmp_path) as reading:
        assert reading.intake.events == 6000


def _at_s(text: bytes) -> float:
    from phasegate.telemetry.logs.line import read_line

    return read_line(text).at_us / 1e6


def test_folders_that_are_not_there_are_said(read: Any, tmp_path: Path) -> None:
    put(tmp_path / "there", line())
    with read(tmp_path / "there", tmp_path / "gone", str(tmp_path / "no*")) as reading:
        assert reading.intake.missing == (str(tmp_path / "gone"), str(tmp_path / "no*"))
        assert reading.intake.events == 1


def test_a_pattern_stands_for_many_folders_and_none_is_read_twice(read: Any, tmp_path: Path) -> None:
    for number in range(30):
        put(tmp_path / f"install {number}" / "logs", line(number))
    with read(str(tmp_path / "install *" / "logs"), tmp_path / "install 3" / "logs") as reading:
        assert len(reading.intake.folders) == 30
        assert (reading.intake.events, reading.intake.duplicates) == (30, 0)


@pytest.mark.parametrize(
    "name", ["it's", "[ab]", "a=1", "per%20cent", "{x,y}", "$HOME", "ü ñ", 'quo"te', "semi;colon", "??", "**"]
)
def test_a_folder_may_be_called_anything(read: Any, tmp_path: Path, name: str) -> None:
    put(tmp_path / name, line(1))
    with gzip.open(tmp_path / name / f"{ROTATED}.gz", "wb") as packed:
        packed.write(line(2))
    with read(tmp_path / name) as reading:
        assert (reading.intake.events, reading.intake.unreadable) == (2, ())


def test_a_folder_full_of_other_files_has_no_events(read: Any, tmp_path: Path) -> None:
    for name in (
        "plugin-commands.txt",
        "plugin-other.log",
        "commands.log",
        "plugin-commands.2026.log",
        "plugin-commands.log.gz",
    ):
        put(tmp_path, line(1), name=name)
    with read(tmp_path) as reading:
        assert (reading.intake.files, reading.intake.events, reading.intake.unreadable) == (0, 0, ())


def test_an_empty_file_is_read_and_holds_nothing(read: Any, tmp_path: Path) -> None:
    put(tmp_path)
    with gzip.open(tmp_path / f"{ROTATED}.gz", "wb"):
        pass
    with read(tmp_path) as reading:
        assert (reading.intake.files, reading.intake.events, reading.intake.rejected) == (2, 0, 0)


def test_what_is_no_folder_and_what_is_no_file_are_said(read: Any, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / COMMANDS).mkdir()
    (tmp_path / "file").write_text("hello")
    (tmp_path / "logs" / "plugin-usage.log").symlink_to("plugin-usage.log")
    with read(tmp_path / "logs", tmp_path / "file") as reading:
        refused = reading.intake.unreadable
    assert [text.rpartition(": ")[2] for text in refused] == [
        "Is a directory", "Too many levels of symbolic links", "Not a directory",
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_what_may_not_be_read_is_said_and_nothing_else_was_read(read: Any, tmp_path: Path) -> None:
    put(tmp_path / "closed", line(1))
    put(tmp_path / "open", line(2))
    (tmp_path / "open" / COMMANDS).chmod(0)
    (tmp_path / "closed").chmod(0)
    try:
        with (
            as_nobody(tmp_path),
            read(tmp_path / "closed", tmp_path / "closed" / "logs", tmp_path / "open") as reading,
        ):
            intake = reading.intake
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert (intake.files, intake.events) == (0, 0)
    assert [text.rpartition(": ")[2] for text in intake.unreadable] == ["Permission denied"] * 3


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_a_machine_of_a_pattern_that_may_not_be_looked_into_is_said(read: Any, tmp_path: Path) -> None:
    put(tmp_path / "fleet" / "open" / "logs", line(1))
    put(tmp_path / "fleet" / "closed" / "logs", line(2))
    (tmp_path / "fleet" / "closed").chmod(0)
    try:
        with as_nobody(tmp_path), read(tmp_path / "fleet" / "*" / "logs") as reading:
            intake = reading.intake
    finally:
        (tmp_path / "fleet" / "closed").chmod(0o700)
    assert intake.events == 1
    assert [text.rpartition(": ")[2] for text in intake.unreadable] == ["Permission denied"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_a_folder_that_may_not_be_written_to_is_read(read: Any, tmp_path: Path) -> None:
    put(tmp_path / "logs", line(1))
    (tmp_path / "logs" / COMMANDS).chmod(0o444)
    (tmp_path / "logs").chmod(0o555)
    with as_nobody(tmp_path), read(tmp_path / "logs") as reading:
        assert (reading.intake.events, reading.intake.unreadable) == (1, ())
    assert [path.name for path in (tmp_path / "logs").iterdir()] == [COMMANDS]


def test_only_the_streams_that_are_asked_for_are_read(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1))
    put(tmp_path, b"hello\n", name="plugin-errors.log")
    with read(tmp_path, streams=[Stream.COMMANDS]) as reading:
        assert (reading.intake.files, reading.intake.rejected) == (1, 0)
        assert list(reading.errors()) == []


def test_errors_are_as_their_lines_have_them(read: Any, tmp_path: Path) -> None:
    mix = Mix(count=400)
    write_others(tmp_path, mix)
    expected = [json.loads(text) for text in others(mix)["errors"]]
    with read(tmp_path) as reading:
        assert list(reading.errors()) == [error for error in expected if not error["probe"]]


def test_quality_is_of_people_and_of_the_last_check_of_the_documentation(read: Any, tmp_path: Path) -> None:
    common = {"install": "a" * 16, "outcome": None}
    usage = [
        event(1, event="session", **{**common, "outcome": "started"}),
        event(2, event="session", **{**common, "outcome": "failed"}),
        event(3, event="session", **{**common, "outcome": "failed"}, probe=True),
        event(4, event="feedback", **common, score=5),
        event(5, event="feedback", **common, score=2),
        event(6, SINCE_S + 99, event="documentation", **common, documented=10, accurate=9),
        event(7, event="documentation", **common, documented=10, accurate=1),
    ]
    calls = [
        event(number, event="call", latency_s=number / 10, render_s=0.5, cache_lookups=4, cache_hits=3)
        for number in range(3)
    ]
    put(tmp_path, *(json.dumps(each).encode() + b"\n" for each in usage), name="plugin-usage.log")
    put(tmp_path, *(json.dumps(each).encode() + b"\n" for each in calls), name="plugin-performance.log")
    with read(tmp_path) as reading:
        quality = reading.quality()
    assert (quality.started, quality.not_started, quality.satisfaction) == (1, 1, 3.5)
    assert (quality.documentation_accuracy, quality.cache_hit_rate) == (0.9, 0.75)
    assert (quality.latency_p50_s, quality.latency_p95_s, quality.render_p50_s) == (0.1, 0.19, 0.5)


@pytest.mark.parametrize("seed", range(3))
def test_both_readers_answer_alike_over_anything(tmp_path: Path, seed: int) -> None:
    mix = Mix(
        count=3000,
        seed=seed,
        late_rate=0.1,
        duplicate_rate=0.05,
        garbage_rate=0.05,
        bad={"2.1.0": 0.3},
        since_s=SINCE_S - 9000,
    )
    write(tmp_path, mix)
    write_others(tmp_path, mix)
    asked: dict[str, Callable[[Reading], Any]] = {
        "intake": lambda reading: reading.intake,
        "groups": lambda reading: reading.groups(("command", "mode", "format", "version")),
        "probes": lambda reading: reading.groups(("explicit", "outcome"), probes=True),
        "timeline": lambda reading: reading.timeline(600, versions=["2.1.0"]),
        "units": lambda reading: reading.units(["2.0.0", "2.1.0"]),
        "audience": lambda reading: reading.audience(),
        "quality": lambda reading: reading.quality(),
        "errors": lambda reading: list(reading.errors()),
    }
    answers = []
    for reader in ("plain", "duckdb"):
        with open_reading([tmp_path], "rforge", DAY, reader=reader, clock=lambda: UNTIL_S) as reading:
            answers.append({name: ask(reading) for name, ask in asked.items()})
    assert answers[0] == answers[1]
    assert answers[0]["intake"].rejected > 50
    assert answers[0]["intake"].duplicates > 50


def test_an_unknown_reader_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="duckdb, plain"),
        open_reading([tmp_path], "rforge", DAY, reader="jq"),
    ):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with names")
def test_a_pipe_that_is_called_like_a_log_is_no_file_and_not_waited_for(read: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / COMMANDS)
    with read(tmp_path) as reading:
        assert "it is no file" in reading.intake.unreadable[0]


def test_a_number_beyond_all_bounds_is_none_that_could_be_reckoned_with(read: Any, tmp_path: Path) -> None:
    put(tmp_path, line(1), line(2).replace(b'"duration_s": 1.0', b'"duration_s": 1' + b"0" * 400))
    with read(tmp_path) as reading:
        assert reading.groups(())[0].runs.longest_s == 1.0


def test_a_check_of_the_documentation_that_counts_no_numbers_says_nothing(read: Any, tmp_path: Path) -> None:
    members = {"event": "documentation", "documented": 4, "accurate": [3]}
    put(tmp_path, line(1, **members), name="plugin-usage.log")
    with read(tmp_path) as reading:
        assert reading.quality().documentation_accuracy is None


@pytest.mark.parametrize("member", [b'"duration_s": 1.0, ', b'"budget_s": 10.0, '])
def test_a_run_that_does_not_tell_how_long_it_took_of_how_much_is_no_quick_one(
    read: Any, tmp_path: Path, member: bytes
) -> None:
    assert member in line(1)
    put(tmp_path, line(1).replace(member, b""))
    with read(tmp_path) as reading:
        (unit,) = reading.units(["2.0.0"])
    assert math.isnan(unit.duration_s)


@pytest.mark.skipif(sys.platform == "win32", reason="readers share nothing there")
def test_logs_that_change_each_time_they_are_read_are_not_taken_for_all_there_is(
    read: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else holds the side-car, so nothing keeps files from going while they are read."""
    put(tmp_path, line(1))
    stamps = iter(range(1000))
    for source in (DuckdbSource, PlainSource):

        def load(self: Any, *, load: Any = source.load) -> bool:
            (tmp_path / f"plugin-commands.20260922T000000.{next(stamps):06d}Z.log").touch()
            return bool(load(self))

        monkeypatch.setattr(source, "load", load)
    with held(tmp_path, Stream.COMMANDS, alone=True), read(tmp_path) as reading:
        intake = reading.intake
    assert intake.events == 1
    assert [words.partition(",")[0] for words in intake.unreadable] == [
        "the logs changed each time that they were read"
    ]
