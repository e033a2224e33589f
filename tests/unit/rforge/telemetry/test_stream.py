from __future__ import annotations

import os
import shutil
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from rforge.locks import held
from rforge.telemetry import stream as streams
from rforge.telemetry.rotation import now_utc, rotate
from rforge.telemetry.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "plugin-commands"


@pytest.fixture(params=[True, False], ids=["kept-open", "closed"])
def stream(request: pytest.FixtureRequest, folder: Path) -> Iterator[Stream]:
    """As it is on Unix, and as it is on Windows."""
    folder.mkdir()
    made = Stream(folder, NAME, keeps_open=request.param)
    yield made
    made.close()


@pytest.fixture
def live(folder: Path) -> Path:
    return folder / f"{NAME}.log"


def test_lines_are_appended_and_the_size_is_told(stream: Stream, live: Path) -> None:
    assert [stream.append(b"one\n"), stream.append(b"two\n")] == [4, 8]
    assert live.read_bytes() == b"one\ntwo\n"


def test_nobody_writes_to_a_file_that_was_rotated(stream: Stream, live: Path, folder: Path) -> None:
    stream.append(b"one\n")
    assert rotate(folder, NAME, 1, now_utc())
    assert stream.append(b"two\n") == 4
    assert live.read_bytes() == b"two\n"


def test_nobody_writes_to_it_either_once_another_began_the_next_one(
    stream: Stream, live: Path, folder: Path
) -> None:
    other = Stream(folder, NAME)
    stream.append(b"one\n")
    assert rotate(folder, NAME, 1, now_utc())
    other.append(b"two\n")
    assert stream.append(b"three\n") == 10
    other.close()
    assert live.read_bytes() == b"two\nthree\n"


@pytest.mark.parametrize("torn", [b"to", b"one\nto", b"one\nto\x00"])
def test_what_another_left_unfinished_stays_a_line_of_its_own(
    stream: Stream, live: Path, torn: bytes
) -> None:
    live.write_bytes(torn)
    stream.append(b"two\n")
    with live.open("ab") as other:
        other.write(b"thr")
    stream.append(b"four\n")
    assert live.read_bytes() == torn + b"\ntwo\nthr\nfour\n"


@pytest.mark.parametrize("gone", ["folder", "live", "lock", "all"])
@pytest.mark.skipif(sys.platform == "win32", reason="what is open cannot be removed there")
def test_what_somebody_removes_is_made_again(stream: Stream, live: Path, folder: Path, gone: str) -> None:
    stream.append(b"one\n")
    if gone == "folder":
        shutil.rmtree(folder)
    else:
        for path in folder.iterdir():
            if gone == "all" or path.suffix == {"live": ".log", "lock": ".lock"}[gone]:
                path.unlink()
    stream.append(b"two\n")
    assert live.read_bytes().endswith(b"two\n")
    if gone != "lock":
        assert (folder / f".{NAME}.lock").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="what is open cannot be removed there")
def test_a_lock_that_was_removed_is_not_kept_behind_a_rotation(folder: Path, live: Path) -> None:
    folder.mkdir()
    stream = Stream(folder, NAME)
    stream.append(b"one\n")
    (folder / f".{NAME}.lock").unlink()
    assert rotate(folder, NAME, 1, now_utc())
    stream.append(b"two\n")
    with held(folder / f".{NAME}.lock") as is_ours:
        assert is_ours
        with pytest.raises(TimeoutError):
            stream.append(b"three\n")
    stream.close()
    assert live.read_bytes() == b"two\n"


def test_a_lock_that_does_not_come_is_waited_for_once(
    stream: Stream, folder: Path, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    real = streams.take

    def take(descriptor: int, *, exclusive: bool, patience_s: float) -> bool:
        waited.append(patience_s)
        return real(descriptor, exclusive=exclusive, patience_s=patience_s / 100)

    monkeypatch.setattr(streams, "take", take)
    with held(folder / f".{NAME}.lock"):
        for _ in range(3):
            with pytest.raises(TimeoutError):
                stream.append(b"lost\n")
    stream.append(b"one\n")
    stream.append(b"two\n")
    assert live.read_bytes() == b"one\ntwo\n"
    assert waited == [0.5, 0.0, 0.0, 0.0, 0.5]


def test_threads_share_it(stream: Stream, live: Path) -> None:
    def write(name: int) -> None:
        for number in range(200):
            stream.append(b"%d %d\n" % (name, number))

    threads = [threading.Thread(target=write, args=[name]) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wanted = {b"%d %d" % (name, number) for name in range(4) for number in range(200)}
    lines = live.read_bytes().splitlines()
    assert len(lines) == 800
    assert set(lines) == wanted


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_pipe_in_the_place_of_the_log_is_never_waited_for(stream: Stream, live: Path) -> None:
    os.mkfifo(live)
    for _ in range(2):
        with pytest.raises(OSError, match="no file"):
            stream.append(b"one\n")


def test_a_line_that_found_no_room_is_an_error_and_ends_where_it_ended(
    stream: Stream, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write

    def write_half(descriptor: int, line: bytes) -> int:
        return real(descriptor, line[: max(1, len(line) // 2)])

    stream.append(b"one\n")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write_half)
        with pytest.raises(OSError, match="full"):
            stream.append(b"lost and gone\n")
    stream.append(b"two\n")
    assert live.read_bytes() == b"one\nlost an\ntwo\n"


@pytest.mark.skipif(sys.platform == "win32", reason="permissions do not bind there")
def test_only_its_user_may_read_it(stream: Stream, live: Path) -> None:
    stream.append(b"one\n")
    assert live.stat().st_mode & 0o777 == 0o600
