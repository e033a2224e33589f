"""What watches a plugin in use, on a terminal: as wide as it is, coloured where it may be, and never commanded by a log."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from fixtures.events import Mix, append, iso, write, write_others
from verbs import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from workshop import Workshop

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals"),
]

PATIENCE_S = 60.0
COMMAND = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[^\[\]]")
COLOUR = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:3[0-7]|9[0-7]|38)[0-9;]*m")
BARE = (
    "TERM",
    "NO_COLOR",
    "FORCE_COLOR",
    "COLUMNS",
    "LINES",
    "LC_ALL",
    "LANG",
    "PYTHONUTF8",
    "PHASEGATE_TRACEBACK",
)
SETTINGS: dict[str, dict[str, str]] = {
    "colours": {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
    "NO_COLOR": {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"},
    "dumb": {"TERM": "dumb", "LC_ALL": "C.UTF-8"},
    "C": {"TERM": "xterm", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
}
VERBS = {
    "monitor": ["monitor", "--once", "--quiet"],
    "performance": ["monitor.performance", "--once"],
    "errors": ["monitor.errors", "--once"],
    "report": ["report"],
    "usage": ["report.usage"],
}
HOSTILE = ("\x1b[2J\x1b]0;owned\x07", "\x9b31m\x07\x08\r", "\u202egnirts", "\u2028line\u0085feed", "x" * 300)


class Terminal:
    """A process at a terminal: what it was shown so far."""

    def __init__(self, process: subprocess.Popen[bytes], controller: int) -> None:
        self.process, self.controller = process, controller
        self.shown = b""

    def read(self, wait_s: float = 0.1) -> bool:
        """Whether there may be more."""
        if not select.select([self.controller], [], [], wait_s)[0]:
            return True
        try:
            piece = os.read(self.controller, 65536)
        except OSError:  # the other end is closed
            return False
        self.shown += piece
        return bool(piece)

    def read_until(self, what: Callable[[bytes], bool]) -> None:
        until_s = time.monotonic() + PATIENCE_S
        while not what(self.shown) and time.monotonic() < until_s and self.read():
            pass
        assert what(self.shown), self.shown.decode("utf-8", "replace")[-3000:]

    def finish(self) -> int:
        until_s = time.monotonic() + PATIENCE_S
        while self.read() and time.monotonic() < until_s:
            pass
        return self.process.wait(PATIENCE_S)

    def interrupt(self) -> None:
        """Ctrl-C, as the keyboard says it."""
        os.write(self.controller, b"\x03")


@contextmanager
def terminal(
    folder: Path, *arguments: str, columns: int = 80, rows: int = 50, **environment: str
) -> Iterator[Terminal]:
    import fcntl
    import struct
    import termios

    controller, terminal_end = os.openpty()
    fcntl.ioctl(terminal_end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    usual = {name: value for name, value in os.environ.items() if name not in BARE}
    path = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])
    program = "import os, sys, fcntl, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.executable, [sys.executable, '-m', 'invoke', *sys.argv[1:]])"
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env={**usual, "PYTHONPATH": path, **environment},
        stdin=terminal_end,
        stdout=terminal_end,
        stderr=terminal_end,
    )
    os.close(terminal_end)
    try:
        yield Terminal(process, controller)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        os.close(controller)


def lines_of(shown: bytes, encoding: str = "utf-8") -> list[str]:
    return COMMAND.sub(b"", shown).decode(encoding, "ignore").replace("\r", "\n").split("\n")


@pytest.fixture(scope="module")
def in_use(_finished: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Two releases are public, and a plugin in use says so of the last day."""
    folder = tmp_path_factory.mktemp("in-use")
    workshop, logs = _finished.copy(folder), folder / "logs"
    now_s = time.time()
    mix = Mix(
        count=2000, since_s=now_s - 86000, until_s=now_s - 10, plugin="demo", installs=60, versions={"1.0.0": 60, "1.1.0": 40},
        error_rate=0.02, bad={"1.1.0": 0.3}, garbage_rate=0.002, probe_rate=0.05,
    )  # fmt: skip
    write(logs, mix)
    write_others(logs, mix)
    append(logs / "plugin-commands.log", hostile_runs(now_s))
    append(logs / "plugin-errors.log", hostile_errors(now_s))
    settings = f'[telemetry]\nlogs = ["{logs}"]\nplugin = "demo"\n\n[notify]\nconsole = false\n'
    workshop.commit("chore: watch", {"phasegate.toml": settings})
    return workshop


def hostile_event(number: int, now_s: float, **members: Any) -> bytes:
    who = f"{number:016x}"
    common = {
        "schema": 1, "timestamp": iso(now_s - 60 + number), "id": f"{number + 1000:016x}", "plugin": "demo",
        "install": who, "user": who, "session": who, "probe": False,
    }  # fmt: skip
    return json.dumps({**common, **members}).encode() + b"\n"


def hostile_runs(now_s: float) -> list[bytes]:
    return [
        hostile_event(
            n, now_s, event="command", version=text, command=text, mode=text, format=text, outcome="ok", duration_s=1.0,
            budget_s=10.0, packages=1, explicit=True,
        )
        for n, text in enumerate(HOSTILE)
    ]  # fmt: skip


def hostile_errors(now_s: float) -> list[bytes]:
    return [
        hostile_event(
            100 + n, now_s, event="error", version=text, command=text, mode=text, category=text, severity="high" if n == 0 else text, type=text
        )
        for n, text in enumerate(HOSTILE)
    ]  # fmt: skip


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize("verb", VERBS)
def test_what_is_shown_fits_and_commands_nothing(
    in_use: Workshop, tmp_path: Path, verb: str, columns: int, setting: str
) -> None:
    with terminal(in_use.root, *VERBS[verb], columns=columns, **SETTINGS[setting]) as screen:
        status = screen.finish()
    (tmp_path / "shown.txt").write_bytes(screen.shown)
    assert status == 0, screen.shown.decode("utf-8", "replace")
    lines = lines_of(screen.shown, "ascii" if setting == "C" else "utf-8")
    assert len(lines) > 10
    assert [line for line in lines if cell_len(line) > columns] == []
    assert all(line.isprintable() for line in lines)
    assert bool(COLOUR.search(screen.shown)) is (
        setting in ("colours", "C") and verb not in ("report", "usage")
    )
    assert set(re.findall(rb"\x1b\[[0-9;?]*([A-Za-z])", screen.shown)) <= {b"m"}
    assert re.findall(rb"\x1b[^\[]", screen.shown) == []
    if verb in ("monitor", "report"):
        assert any("Failed" in line for line in lines)
        assert not any(line.rstrip().endswith("|||") for line in lines)
    assert b"owned" not in screen.shown or rb"\x1b]0;owned" in screen.shown


def refreshes(shown: bytes) -> int:
    """How often the dashboard was drawn."""
    return COMMAND.sub(b"", shown).count(b"demo in use")


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_live_dashboard_shows_itself_anew_and_ends_with_ctrl_c(
    in_use: Workshop, setting: str, figure: Callable[[str], None]
) -> None:
    with terminal(in_use.root, "monitor", "--quiet", columns=100, **SETTINGS[setting]) as screen:
        screen.read_until(lambda shown: refreshes(shown) >= 1 and b"error rate" in shown)
        screen.read_until(lambda shown: refreshes(shown) >= 2)
        screen.read_until(lambda shown: shown.rpartition(b"demo in use")[2].count(b"error rate") == 2)
        shown = screen.shown  # at Ctrl-C a terminal forgets what it has not shown yet
        began_s = time.monotonic()
        screen.interrupt()
        status = screen.finish()
        took_s = time.monotonic() - began_s
    assert status == 130
    assert b"Traceback" not in screen.shown
    if setting in ("colours", "NO_COLOR", "C"):
        assert screen.shown.count(b"\x1b[?25l") <= screen.shown.count(b"\x1b[?25h")  # the cursor is back
    encoding = "ascii" if setting == "C" else "utf-8"
    assert [line for line in lines_of(shown, encoding) if cell_len(line) > 100] == []
    figure(f"{setting}: ended {took_s:.2f} s after Ctrl-C with status {status}")


def test_what_is_most_urgent_is_seen_on_a_small_terminal(in_use: Workshop) -> None:
    with terminal(in_use.root, "monitor", "--quiet", rows=24, **SETTINGS["colours"]) as screen:
        screen.read_until(lambda shown: refreshes(shown) >= 1 and b"error rate" in shown)
        screen.read(0.5)
        first = lines_of(screen.shown)
        screen.interrupt()
        screen.finish()
    assert len([line for line in first if line]) <= 24
    assert any("Alert" in line or "alert" in line for line in first), "\n".join(first)


@pytest.mark.parametrize("verb", ["monitor.performance", "monitor.errors"])
def test_what_is_appended_is_shown_and_ctrl_c_ends_it(
    in_use: Workshop, verb: str, figure: Callable[[str], None]
) -> None:
    logs = in_use.root.parent / "logs"
    stream = "commands" if verb.endswith("performance") else "errors"
    with terminal(in_use.root, verb, columns=120, **SETTINGS["colours"]) as screen:
        screen.read_until(lambda shown: b"Ctrl-C ends it" in shown)
        for number in range(5):
            marked = f"live-{number}"
            new = (
                hostile_event(
                    500 + number, time.time(), event="command", version="1.1.0", command=marked, mode="default", format="json",
                    outcome="ok", duration_s=12.0, budget_s=10.0, packages=1, explicit=True,
                )
                if stream == "commands"
                else hostile_event(
                    600 + number, time.time(), event="error", version="1.1.0", command=marked, mode="default",
                    category="PluginError", severity="high", type="ValueError",
                )
            )  # fmt: skip
            append(logs / f"plugin-{stream}.log", [new])
            screen.read_until(lambda shown, marked=marked: marked.encode() in shown)
        began_s = time.monotonic()
        screen.interrupt()
        status = screen.finish()
        took_s = time.monotonic() - began_s
    assert status == 130
    assert b"Traceback" not in screen.shown
    assert b"\x1b[31m" in screen.shown
    figure(f"{verb}: ended {took_s:.2f} s after Ctrl-C with status {status}")
