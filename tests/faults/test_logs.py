"""Logs: whoever is killed, stopped or starved while it writes, rotates or compresses, no other line is lost or torn."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest

if sys.platform == "win32":
    pytest.skip("processes are stopped and killed as Unix does it", allow_module_level=True)

from faults.disks import small_disk
from rforge.locks import held, open_lock, release, take
from rforge.telemetry.compression import tidy
from rforge.telemetry.rotation import now_utc, rotate, rotated_files

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(900)

Figure = Callable[[str], None]

ROOT = Path(__file__).resolve().parents[2]
STREAM = "plugin-commands"
PATIENCE_S = 300

WRITING = """
import os, sys
from rforge.telemetry.account import Account
from rforge.telemetry.journal import Journal

journal = Journal("2.0.0", "ada", None, lambda line: print(line, file=sys.stderr))
account = Account()
account.begin("status", 5.0, {})
account.report()
progress = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
os.pwrite(progress, f"{journal.session} {0:9d}".encode(), 0)
for number in range(1, int(sys.argv[2]) + 1):
    account.packages = number
    journal.tell_command(account)
    journal.flush()
    os.pwrite(progress, f"{number:9d}".encode(), 17)
journal.close()
print(journal.dropped)
"""

TIDYING = """
import sys
from pathlib import Path
from rforge.telemetry.compression import tidy

print("ready", flush=True)
tidy(Path(sys.argv[1]), "plugin-commands", 1000)
"""


@dataclass
class Logs:
    """A folder of logs, and who writes into it."""

    folder: Path
    rotated_at: int = 200_000
    environment: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, script: str, *arguments: object) -> subprocess.Popen[str]:
        given = {
            "PYTHONPATH": str(ROOT / "rforge"),
            "RFORGE_LOGS": str(self.folder),
            "RFORGE_LOG_BYTES": str(self.rotated_at),
            "RFORGE_LOG_FILES": "100000",
        }
        process = subprocess.Popen(
            [sys.executable, "-c", script, *map(str, arguments)],
            env={**os.environ, "DO_NOT_TRACK": "", **given, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def write(self, events: int) -> Writer:
        """Begin to write that many events."""
        progress = self.folder.parent / f"progress-{len(self.started)}"
        return Writer(progress, self.start(WRITING, progress, events))

    def read(self) -> Found:
        """Every line, of each rotated file in its best form."""
        found = Found()
        for rotated in rotated_files(self.folder, STREAM):
            best = rotated.forms[0]
            content = best.read_bytes()
            found.take(gzip.decompress(content) if best.suffix == ".gz" else content)
            found.files += 1
        live = self.folder / f"{STREAM}.log"
        found.take(live.read_bytes() if live.is_file() else b"")
        return found


@dataclass
class Found:
    """What lies in the files: events by session and number, and what is none."""

    events: Counter[tuple[str, int]] = field(default_factory=Counter)
    torn: list[bytes] = field(default_factory=list)
    files: int = 0

    def take(self, content: bytes) -> None:
        for line in content.splitlines():
            try:
                event = json.loads(line)
                self.events[event["session"], event["packages"]] += 1
            except ValueError:
                self.torn += [line] if line else []


@dataclass
class Writer:
    """One process that writes, and how far it is sure to be."""

    progress: Path
    process: subprocess.Popen[str]

    def begun(self) -> bool:
        return self.progress.is_file() and self.progress.stat().st_size > 16

    def written(self) -> tuple[str, int]:
        """Its session, and the number of the last event that it is done with."""
        session, number = self.progress.read_text().split()
        return session, int(number)

    def dropped(self) -> int:
        """Wait for its end; how many events it could not write."""
        said, complaints = self.process.communicate(timeout=PATIENCE_S)
        assert (self.process.returncode, complaints) == (0, "")
        return int(said)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Logs]:
    made = Logs(tmp_path / "logs")
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until(condition: Callable[[], bool]) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until_s, "it never came to that"
        time.sleep(0.002)


def check(found: Found, writers: list[Writer], *, may_lack: bool) -> None:
    """Every event that is sure to be written is there once; of a killed writer the next one may be there or not."""
    for writer in writers:
        session, last = writer.written()
        lacking = [number for number in range(1, last + 1) if found.events[session, number] != 1]
        assert not lacking, f"{len(lacking)} of {last} events are not there once, such as {lacking[:5]}"
        assert found.events[session, last + 1] <= int(may_lack)
        assert not found.events[session, last + 2]
    assert not found.torn or (may_lack and len(found.torn) <= len(writers)), found.torn[:3]


def test_processes_that_write_and_rotate_at_once_lose_nothing_and_tear_nothing(
    logs: Logs, whole: bool, figure: Figure
) -> None:
    processes, events = (8, 50_000) if whole else (4, 2_000)
    logs.rotated_at = 2_000_000 if whole else 200_000
    writers = [logs.write(events) for _ in range(processes)]
    assert [writer.dropped() for writer in writers] == [0] * processes
    tidy(logs.folder, STREAM, 100_000)
    found = logs.read()
    check(found, writers, may_lack=False)
    assert sum(found.events.values()) == processes * events
    assert found.files > 2
    assert not list(logs.folder.glob(f"{STREAM}.*Z.log"))
    figure(
        f"{processes} processes, {processes * events} events, {found.files} rotated files, none lost or torn"
    )


def test_writers_that_are_killed_lose_the_line_being_written_at_most(
    logs: Logs, whole: bool, seed: int, figure: Figure
) -> None:
    chance, writers = random.Random(f"{seed} writers"), []
    logs.rotated_at = 30_000
    for _ in range(60 if whole else 3):
        crowd = [logs.write(1_000_000) for _ in range(3)]
        for writer in crowd:
            wait_until(writer.begun)
        for writer in crowd:
            time.sleep(chance.uniform(0, 0.1))
            writer.kill()
        writers += crowd
    last = logs.write(300)
    assert last.dropped() == 0
    tidy(logs.folder, STREAM, 100_000)
    found = logs.read()
    check(found, [*writers, last], may_lack=True)
    assert not list(logs.folder.glob(f"{STREAM}.*Z.log"))
    figure(
        f"{len(writers)} writers killed, {sum(found.events.values())} events, {found.files} rotated files, "
        f"{len(found.torn)} torn lines"
    )


def test_who_compresses_may_be_killed_at_any_instant(
    logs: Logs, whole: bool, seed: int, figure: Figure
) -> None:
    chance, kills = random.Random(f"{seed} compression"), 0
    logs.rotated_at = 1_000_000_000
    writer = logs.write(2_000)
    assert writer.dropped() == 0
    content = (logs.folder / f"{STREAM}.log").read_bytes() * 20
    for _ in range(40 if whole else 4):
        logs.folder.joinpath(f"{STREAM}.log").write_bytes(content)
        assert rotate(logs.folder, STREAM, 1, now_utc())
        compressing = logs.start(TIDYING, logs.folder)
        assert compressing.stdout is not None
        assert compressing.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, 0.15))
        kills += compressing.poll() is None
        compressing.kill()
        for rotated in rotated_files(logs.folder, STREAM):
            best = rotated.forms[0].read_bytes()
            assert (gzip.decompress(best) if rotated.forms[0].suffix == ".gz" else best) == content
    tidy(logs.folder, STREAM, 1_000)
    names = [path.name for path in logs.folder.iterdir()]
    assert not [name for name in names if name.endswith((".part", "Z.log"))]
    figure(f"{kills} killed while they compressed")
    assert kills


@pytest.mark.skipif(sys.platform != "linux", reason="small file systems are made as Linux does it")
def test_a_full_disk_tears_one_line_at_most_and_what_comes_after_it_is_whole(
    logs: Logs, tmp_path: Path, whole: bool
) -> None:
    with small_disk(tmp_path / "disk", 16 * 4096, whole=whole) as disk:
        logs.folder = disk / "logs"
        full = logs.write(500)
        said, complaints = full.process.communicate(timeout=PATIENCE_S)
        assert full.process.returncode == 0
        assert int(said) > 100
        assert complaints.startswith("telemetry: ")
        assert complaints.count("\n") == 1
        session, _ = full.written()
        before = logs.read()
        written = {number for found, number in before.events if found == session}
        assert written == set(range(1, 500 - int(said) + 1))
        assert len(before.torn) <= 1
        os.truncate(logs.folder / f"{STREAM}.log", 8_000)  # somebody makes room, in the middle of a line
        after = logs.write(50)
        assert after.dropped() == 0
        check(logs.read(), [after], may_lack=True)


def test_a_reader_postpones_the_rotation_and_no_line(logs: Logs) -> None:
    logs.folder.mkdir()
    reading = open_lock(str(logs.folder / f".{STREAM}.reading"))
    assert take(reading, exclusive=False)
    logs.rotated_at = 20_000
    first = logs.write(300)
    assert first.dropped() == 0
    assert logs.read().files == 0
    release(reading)
    os.close(reading)
    second = logs.write(300)
    assert second.dropped() == 0
    found = logs.read()
    assert found.files > 1
    check(found, [first, second], may_lack=False)


def test_a_stopped_process_that_keeps_the_lock_for_itself_hangs_nobody(logs: Logs) -> None:
    logs.folder.mkdir()
    script = "import os, signal, sys; from rforge.locks import *; d = open_lock(sys.argv[1]); "
    script += "assert take(d, exclusive=True); os.kill(os.getpid(), signal.SIGSTOP)"
    stopped = logs.start(script, logs.folder / f".{STREAM}.lock")
    os.waitpid(stopped.pid, os.WUNTRACED)
    writer = logs.write(1_000)  # half a second for each line would be more than anybody waits for
    said, complaints = writer.process.communicate(timeout=60)
    assert (said, complaints.count("\n")) == ("1000\n", 1)
    stopped.kill()
    stopped.wait()
    assert logs.write(10).dropped() == 0


def test_a_writer_that_is_stopped_in_the_middle_keeps_others_from_rotating_and_not_from_writing(
    logs: Logs,
) -> None:
    logs.rotated_at = 20_000
    logs.folder.mkdir()
    script = "import os, signal, sys; from rforge.locks import *; d = open_lock(sys.argv[1]); "
    script += "assert take(d, exclusive=False); os.kill(os.getpid(), signal.SIGSTOP)"
    stopped = logs.start(script, logs.folder / f".{STREAM}.lock")
    os.waitpid(stopped.pid, os.WUNTRACED)
    first = logs.write(300)
    assert first.dropped() == 0
    assert logs.read().files == 0
    stopped.send_signal(signal.SIGCONT)
    stopped.wait()
    second = logs.write(300)
    assert second.dropped() == 0
    found = logs.read()
    assert found.files > 1
    check(found, [first, second], may_lack=False)


def test_who_waits_to_compress_does_not_compress_twice(logs: Logs) -> None:
    logs.rotated_at = 20_000
    with held_compression(logs):
        first = logs.write(300)
        assert first.dropped() == 0
        assert not list(logs.folder.glob("*.gz"))
    tidy(logs.folder, STREAM, 1_000)
    check(logs.read(), [first], may_lack=False)
    assert list(logs.folder.glob("*.gz"))


@contextmanager
def held_compression(logs: Logs) -> Iterator[None]:
    logs.folder.mkdir()
    with held(logs.folder / f".{STREAM}.compressing") as is_ours:
        assert is_ours
        yield
