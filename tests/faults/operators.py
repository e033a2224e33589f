"""Operators: `invoke ARGUMENTS` as processes of their own, forked from a warm server, ended where a test says."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE = Path(__file__).resolve()
WARM = [
    "__main__",
    "faults.operators",
    "git",
    "invoke.main",
    "semantic_release.commit_parser.conventional.parser",
    "phasegate.gates.runner",
    "phasegate.rollout.proving.rehearsal",
    "phasegate.tasks.collection",
    "phasegate.tasks.operate",
    "phasegate.version.parser",
]
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
TORN_BYTES = 7
POLL_S = 0.01
PATH_EVENTS = ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "os.remove", "os.rmdir")


@dataclass(frozen=True)
class Fault:
    """A signal to the operator and its children just before its `step`-th git command or file write, from 1.

    `torn`: where that step opens a file to write it, only the first bytes get there, and then the process is killed.
    """

    step: int
    signal: int = signal.SIGKILL
    torn: bool = False


@dataclass(frozen=True)
class Ended:
    """How an operator ended: its exit status (negative: the signal), what it said, and the steps it took."""

    status: int
    output: str
    errors: str
    steps: tuple[str, ...]


class Operator:
    """`invoke ARGUMENTS` in `folder`, started at once; a leader of its own process group.

    Its clock stands at `now_s` where that is given, so that two runs write the same objects.
    """

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        fault: Fault | None = None,
        environment: Mapping[str, str] | None = None,
        now_s: int | None = None,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="operator-")
        self._streams = Path(self._folder.name)
        variables = {**os.environ, **(environment or {})}
        self._process = _server().Process(
            target=_operate, args=(str(folder), arguments, variables, self._streams, fault, now_s)
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        assert self._process.pid is not None
        return self._process.pid

    def send(self, number: int, *, group: bool = True) -> None:
        """Send it a signal, and by default to the commands that it runs too, as a terminal or a reboot does."""
        with suppress(ProcessLookupError):
            try:
                (os.killpg if group else os.kill)(self.pid, number)
            except ProcessLookupError:  # so young that it leads no group yet
                os.kill(self.pid, number)

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return bool(self._process.is_alive())

    def wait(self) -> Ended:
        """Wait for its end."""
        self._process.join()
        status = self._process.exitcode
        assert status is not None
        output, errors, steps = (self._read(name) for name in ("output", "errors", "steps"))
        self._folder.cleanup()
        return Ended(status, output, errors, tuple(steps.splitlines()))

    def wait_for_children(self) -> None:
        """Wait until the commands that it ran have ended too: a signal to it alone leaves them at work."""
        while processes_in(self.pid):
            time.sleep(POLL_S)

    def _read(self, name: str) -> str:
        path = self._streams / name
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def operate(folder: Path, *arguments: str, **options: Any) -> Ended:
    """The same from start to end."""
    return Operator(folder, *arguments, **options).wait()


def processes_in(group: int) -> set[int]:
    """The ids of the processes at work in a process group."""
    return {pid for pid, found, _ in _processes() if found == group}


def processes_with(word: str) -> set[int]:
    """The ids of the processes at work that have `word` in their command line."""
    return {pid for pid, _, command in _processes() if word in command}


def _processes() -> Iterator[tuple[int, int, str]]:
    columns = ["-o", "pid=", "-o", "pgid=", "-o", "stat=", "-o", "args="]
    listing = subprocess.run(["ps", "-A", "-ww", *columns], capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines():
        pid, group, state, command = line.split(maxsplit=3)
        if not state.startswith("Z"):
            yield int(pid), int(group), command


def _server() -> Any:
    context = get_context("forkserver")
    paths = [str(HERE.parents[1]), str(HERE.parents[2] / "src"), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(filter(None, paths)))
    context.set_forkserver_preload(WARM)
    return context


def _operate(
    folder: str,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    streams: Path,
    fault: Fault | None,
    now_s: int | None,
) -> None:
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.dont_write_bytecode = True
    if now_s is not None:
        from phasegate.rollout import desk

        desk.time = SimpleNamespace(time=lambda: now_s)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # what a torn write ends with; Python ignores it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for descriptor, name in ((1, "output"), (2, "errors")):
        os.dup2(os.open(streams / name, os.O_WRONLY | os.O_CREAT), descriptor)
    from invoke.main import program

    log = os.open(streams / "steps", os.O_WRONLY | os.O_CREAT)
    sys.addaudithook(Watch(log, fault))
    try:
        program.run(["invoke", *arguments])
    finally:  # what follows is multiprocessing's own end, and no part of the command
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)


class Watch:
    """Counts git commands and file writes as they begin, and ends the process at the one that was asked for.

    A write that opens its file twice in a row is one step. Threads take one step at a time, each with a number of its own.
    """

    def __init__(self, log: int, fault: Fault | None) -> None:
        self._log = log
        self._fault = fault
        self._taken = 0
        self._last = ""
        self._torn = False
        self._one_at_a_time = threading.RLock()  # a signal's handler may take a step within a step

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        step = _step(event, arguments)
        if step is not None:
            with self._one_at_a_time:
                self._take(step, event, arguments)

    def _take(self, step: str, event: str, arguments: tuple[Any, ...]) -> None:
        if step == self._last:
            return
        if self._torn:
            os.killpg(0, signal.SIGKILL)
        self._last = step
        self._taken += 1
        os.write(self._log, f"{step}\n".encode("utf-8", "replace"))
        fault = self._fault
        if fault is not None and fault.step == self._taken:
            self._fault = None
            if fault.torn and event == "open":
                self._tear(*arguments)
            else:
                os.killpg(0, fault.signal)

    def _tear(self, path: str, _mode: str, flags: int) -> None:
        """Let no more than a few bytes into the file: the write that would go further ends the process."""
        size = Path(path).stat().st_size if flags & os.O_APPEND and Path(path).exists() else 0
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + TORN_BYTES, resource.RLIM_INFINITY))
        self._torn = True


def _step(event: str, arguments: tuple[Any, ...]) -> str | None:
    """What the audit event begins, in a line; None where it changes nothing."""
    if event == "subprocess.Popen":
        return f"run {' '.join(map(str, arguments[1]))}".replace("\n", " ")
    if event in PATH_EVENTS:
        return f"{event} {arguments[0]}"
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, (str, bytes, os.PathLike)) and flags & WRITING and str(path) != os.devnull:
            return f"write {os.fsdecode(path)}"
    return None
