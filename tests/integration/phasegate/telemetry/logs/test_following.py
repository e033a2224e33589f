"""What the follower sees of logs that live."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

import pytest

from fixtures.lines import line as line_of
from fixtures.writer import write, writer
from phasegate.telemetry.logs.following import Follower
from phasegate.telemetry.logs.line import Kind
from phasegate.telemetry.logs.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = "plugin-commands.log"
WRITER = Path(__file__).parents[4] / "fixtures" / "writer.py"


def line(number: int) -> bytes:
    return line_of(number, packages=number)


def numbers(follower: Follower) -> list[int | str]:
    """The numbers of the events that came, and of what is no event what that is."""
    return [
        followed.line.event["packages"] if followed.line.kind is Kind.EVENT else followed.line.kind.value
        for followed in follower.poll()
    ]


def add(path: Path, *lines: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as log:
        log.write(b"".join(lines))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / COMMANDS


@pytest.fixture
def rotate(log: Path) -> Callable[[str], Path]:
    def rename(stamp: str) -> Path:
        target = log.with_name(f"plugin-commands.{stamp}.log")
        log.rename(target)
        return target

    return rename


def following(log: Path, *, whole: bool = False) -> Follower:
    return Follower([log.parent], [Stream.COMMANDS], whole=whole)


def test_what_is_appended_comes_once_and_what_was_there_does_not(log: Path) -> None:
    add(log, line(1))
    follower = following(log)
    assert numbers(follower) == []
    add(log, line(2), line(3))
    assert numbers(follower) == [2, 3]
    assert numbers(follower) == []


def test_the_whole_log_comes_where_it_is_asked_for(log: Path) -> None:
    add(log, line(1))
    assert numbers(following(log, whole=True)) == [1]


def test_what_was_rotated_belongs_to_the_whole(log: Path, rotate: Callable[[str], Path]) -> None:
    add(log, line(1))
    rotate("20261123T055224.000001Z")
    assert numbers(following(log, whole=True)) == [1]
    add(log, line(2))
    assert numbers(following(log, whole=True)) == [1, 2]


def test_half_a_line_waits_for_its_rest(log: Path) -> None:
    add(log, line(1)[:50])
    follower = following(log)
    add(log, line(1)[50:], line(2)[:30])
    assert numbers(follower) == [1]
    add(log, line(2)[30:60])
    assert numbers(follower) == []
    add(log, line(2)[60:])
    assert numbers(follower) == [2]


def test_half_a_line_that_another_follows_is_rejected_with_it(log: Path) -> None:
    follower = following(log)
    add(log, line(1)[:50])
    assert numbers(follower) == []
    add(log, line(2), line(3))
    assert numbers(follower) == ["rejected", 3]


def test_what_is_no_event_comes_as_that(log: Path) -> None:
    follower = following(log)
    add(log, b"hello\n\n", b'{"schema": 2}\n', line(1))
    assert numbers(follower) == ["rejected", "newer", 1]


def test_a_rotated_log_is_finished_and_the_new_one_begun(log: Path, rotate: Callable[[str], Path]) -> None:
    add(log, line(1))
    follower = following(log)
    add(log, line(2))
    assert numbers(follower) == [2]
    add(log, line(3))
    rotate("20261123T055224.000001Z")
    add(log, line(4))
    assert numbers(follower) == [3, 4]


def test_rotations_between_two_looks_lose_nothing(log: Path, rotate: Callable[[str], Path]) -> None:
    add(log, line(1))
    follower = following(log)
    for number in (2, 3, 4):
        add(log, line(number))
        rotate(f"20261123T055224.00000{number}Z")
    assert numbers(follower) == [2, 3, 4]
    add(log, line(5))
    assert numbers(follower) == [5]


def test_a_log_that_was_packed_meanwhile_is_finished(log: Path, rotate: Callable[[str], Path]) -> None:
    add(log, line(1))
    follower = following(log)
    add(log, line(2))
    rotated = rotate("20261123T055224.000001Z")
    with gzip.open(f"{rotated}.gz", "wb") as packed:
        packed.write(rotated.read_bytes())
    rotated.unlink()
    add(log, line(3))
    assert numbers(follower) == [2, 3]


def test_half_a_line_at_the_end_of_a_rotated_log_is_rejected(
    log: Path, rotate: Callable[[str], Path]
) -> None:
    follower = following(log)
    add(log, line(1), line(2)[:50])
    assert numbers(follower) == [1]
    rotate("20261123T055224.000001Z")
    add(log, line(3))
    assert numbers(follower) == ["rejected", 3]


def test_a_log_that_was_truncated_is_read_from_its_beginning(log: Path) -> None:
    add(log, line(1), line(2))
    follower = following(log)
    log.write_bytes(line(3))
    assert numbers(follower) == [3]


def test_a_log_that_was_truncated_and_has_grown_past_the_place_is_read_from_its_beginning(log: Path) -> None:
    add(log, line(1))
    follower = following(log)
    log.write_bytes(line(2) + line(3) + line(4))
    assert numbers(follower) == [2, 3, 4]


def test_a_log_that_was_deleted_and_made_anew_is_read_from_its_beginning(log: Path) -> None:
    add(log, line(1))
    follower = following(log)
    log.unlink()
    assert numbers(follower) == []
    add(log, line(2))
    assert numbers(follower) == [2]


def test_a_folder_that_appears_is_followed_from_its_beginning(tmp_path: Path) -> None:
    follower = Follower([str(tmp_path / "install-*"), tmp_path / "later"], [Stream.COMMANDS])
    assert numbers(follower) == []
    add(tmp_path / "install-1" / COMMANDS, line(1))
    add(tmp_path / "later" / COMMANDS, line(2))
    assert numbers(follower) == [1, 2]


def test_what_cannot_be_read_is_said_and_the_others_are_followed(tmp_path: Path) -> None:
    follower = Follower([tmp_path / "a", tmp_path / "b"], [Stream.COMMANDS])
    (tmp_path / "a" / COMMANDS).mkdir(parents=True)
    add(tmp_path / "b" / COMMANDS, line(1))
    assert numbers(follower) == [1]
    assert list(follower.unreadable.values()) == ["Is a directory"]


def test_following_sleeps_between_two_looks(log: Path) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        add(log, line(len(slept)))

    events = Follower([log.parent], [Stream.COMMANDS]).follow(sleep=sleep, poll_s=0.25)
    assert [next(events).line.event["packages"] for _ in range(3)] == [1, 2, 3]
    assert slept == [0.25] * 3


def test_a_rotation_that_is_refused_while_a_log_is_read_happens_later(tmp_path: Path) -> None:
    from phasegate.telemetry.logs.sidecar import held

    logs = tmp_path / "logs"
    emitter = writer(logs, 500, session="c" * 16)
    with held(logs, Stream.COMMANDS, alone=False) as is_held:
        assert is_held
        for number in range(5):
            write(emitter, number)
        assert not list(logs.glob("plugin-commands.2*"))
    write(emitter, 5)
    assert list(logs.glob("plugin-commands.2*"))


def test_real_writers_that_rotate_are_followed_without_loss_and_at_once(
    tmp_path: Path, figure: Callable[[str], None]
) -> None:
    logs = tmp_path / "logs"
    follower = Follower([logs], [Stream.COMMANDS])
    writers = [
        subprocess.Popen(
            [
                *(sys.executable, str(WRITER), str(logs), "--count", "300", "--pause", "0.008"),
                *("--rotate", "60000", "--told", str(tmp_path / f"told-{number}")),
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for number in range(2)
    ]
    seen: dict[tuple[str, int], float] = {}
    count = 0
    while any(writer.poll() is None for writer in writers) or count < 600:
        for followed in follower.poll():
            assert followed.line.kind is Kind.EVENT
            seen[followed.line.event["session"], followed.line.event["packages"]] = time.time()
            count += 1
        time.sleep(0.25)
        if all(writer.poll() is not None for writer in writers) and time.time() - max(seen.values()) > 5:
            break
    told = [text.split() for path in tmp_path.glob("told-*") for text in path.read_text().splitlines()]
    late = [seen[session, int(number)] - float(at_s) for session, number, at_s in told]
    assert (count, len(seen), len(told)) == (600, 600, 600)
    figure(
        f"from write to yield: median {median(late) * 1000:.0f} ms, p95 {quantiles(late, n=20)[-1] * 1000:.0f} ms"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with names")
def test_a_pipe_that_is_called_like_a_log_is_said_to_be_no_file_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plugin-commands.log")
    follower = Follower([tmp_path], (Stream.COMMANDS,))
    assert list(follower.poll()) == []
    assert "no file" in follower.unreadable[tmp_path / "plugin-commands.log"]
