from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Callable

import pytest

from rforge.locks import held
from rforge.telemetry.event import Kind, session_members
from rforge.telemetry.rotation import rotated_files
from rforge.telemetry.settings import Settings
from rforge.telemetry.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SESSION = "0123456789abcdef"
AT_S = 1_795_413_144.9996
STARTED = session_members(has_started=True)

MakeWriter = Callable[..., Writer]


@pytest.fixture
def make_writer(folder: Path) -> Iterator[MakeWriter]:
    made: list[Writer] = []

    def make(version: str = "2.0.0", user: str = "ada", data: Path | None = None, **settings: Any) -> Writer:
        made.append(Writer(Settings(is_on=True, folder=folder, **settings), version, user, SESSION, data))
        return made[-1]

    yield make
    for writer in made:
        writer.close()


def test_every_line_is_ascii_and_says_who_and_when(make_writer: MakeWriter, lines: Callable) -> None:
    make_writer(user="Björn").write(AT_S, Kind.SESSION, STARTED)
    [event] = lines("plugin-usage.log")
    assert event["timestamp"] == "2026-11-23T05:52:24.999Z"
    assert (event["plugin"], event["version"], event["session"]) == ("rforge", "2.0.0", SESSION)
    assert (event["probe"], event["outcome"]) == (False, "started")
    assert len({event["install"], event["user"], event["id"], SESSION}) == 4


@pytest.mark.parametrize(
    ("at_s", "timestamp"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (0.0014, "1970-01-01T00:00:00.001Z"),
        (-0.25, "1969-12-31T23:59:59.750Z"),
    ],
)
def test_a_clock_that_is_wrong_is_written_down_as_it_is(
    make_writer: MakeWriter, lines: Callable, at_s: float, timestamp: str
) -> None:
    make_writer().write(at_s, Kind.SESSION, STARTED)
    assert lines()[0]["timestamp"] == timestamp


def test_each_event_has_an_id_of_its_own(make_writer: MakeWriter, lines: Callable) -> None:
    writer = make_writer()
    for _ in range(3):
        writer.write(AT_S, Kind.SESSION, STARTED)
    assert len({event["id"] for event in lines()}) == 3


def test_an_install_stays_the_same_over_updates_and_its_users_differ(
    make_writer: MakeWriter, lines: Callable
) -> None:
    for version, user in (("1.0.0", "ada"), ("2.0.0-rc.1+a", "ada"), ("2.0.0", "bob")):
        make_writer(version, user).write(AT_S, Kind.SESSION, STARTED)
    events = lines()
    assert [event["version"] for event in events] == ["1.0.0", "2.0.0-rc.1+a", "2.0.0"]
    assert len({event["install"] for event in events}) == 1
    assert events[0]["user"] == events[1]["user"] != events[2]["user"]


def test_the_salt_lies_in_the_plugin_s_data_folder_else_with_the_logs(
    make_writer: MakeWriter, lines: Callable, folder: Path, tmp_path: Path
) -> None:
    make_writer(data=tmp_path / "data").write(AT_S, Kind.SESSION, STARTED)
    assert (tmp_path / "data" / ".salt").exists()
    assert not (folder / ".salt").exists()
    make_writer().write(AT_S, Kind.SESSION, STARTED)
    assert (folder / ".salt").exists()
    assert len({event["install"] for event in lines()}) == 2


@pytest.mark.parametrize(
    "version", ["", "ada@example.org", "2.0", "/home/ada", "2.0.0-" + "x" * 40, "2.0.0-a b"]
)
def test_what_looks_like_no_version_is_left_out(
    make_writer: MakeWriter, lines: Callable, version: str
) -> None:
    make_writer(version).write(AT_S, Kind.SESSION, STARTED)
    assert lines()[0]["version"] == "0.0.0"


def test_a_probe_s_events_are_marked(make_writer: MakeWriter, lines: Callable) -> None:
    make_writer(is_probe=True).write(AT_S, Kind.SESSION, STARTED)
    assert lines()[0]["probe"] is True


def test_the_debug_stream_is_written_where_it_is_asked_for(
    make_writer: MakeWriter, lines: Callable, folder: Path
) -> None:
    make_writer().write(AT_S, Kind.DEBUG, {"text": "x"})
    assert not folder.joinpath("plugin-debug.log").exists()
    make_writer(is_debug=True).write(AT_S, Kind.DEBUG, {"text": "x"})
    assert len(lines("plugin-debug.log")) == 1


def test_a_file_that_is_large_enough_is_rotated_and_compressed(
    make_writer: MakeWriter, lines: Callable, folder: Path
) -> None:
    writer = make_writer(file_bytes=1000)
    for _ in range(10):
        writer.write(AT_S, Kind.SESSION, STARTED)
    finish_tidying()
    names = [path.name for path in folder.glob("plugin-usage.*")]
    assert sum(name.endswith(".log.gz") for name in names) == 2
    assert len(names) == 3
    assert len(lines("plugin-usage.")) == 10


def test_more_rotated_files_than_are_kept_are_removed(make_writer: MakeWriter, folder: Path) -> None:
    writer = make_writer(file_bytes=300, files=2)
    for _ in range(5):
        writer.write(AT_S, Kind.SESSION, STARTED)
        finish_tidying()
    assert len(rotated_files(folder, "plugin-usage")) == 2


def test_a_rotation_that_is_postponed_is_tried_again_when_the_file_has_grown(
    make_writer: MakeWriter, folder: Path
) -> None:
    writer = make_writer(file_bytes=300)
    with held(folder / ".plugin-usage.reading"):
        writer.write(AT_S, Kind.SESSION, STARTED)
    assert not rotated_files(folder, "plugin-usage")
    writer.write(AT_S, Kind.SESSION, STARTED)
    finish_tidying()
    assert len(rotated_files(folder, "plugin-usage")) == 1


def finish_tidying() -> None:
    for thread in threading.enumerate():
        if thread.name == "tidy logs":
            thread.join(60)
