"""A child process whose output goes to a file, and which is stopped with all its descendants."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_POLL_S = 0.2
_GRACE_S = 2.0
if sys.platform == "win32":
    _CREATION_FLAGS = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _CREATION_FLAGS = 0


class Stopped(Exception):  # noqa: N818 - nothing went wrong: it was called off
    """The work was called off before it ended."""


def run_logged(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    stop: threading.Event,
    output: Path | None = None,
) -> int:
    """Run `command` in `folder` and return its exit status.

    Its messages are appended to `log`, its output too unless `output` names a file for it.

    Raises:
        Stopped: `stop` was set; the process and its descendants have ended.
    """
    if stop.is_set():
        raise Stopped
    with log.open("ab") as messages, (output or log).open("ab") as stream:
        process = _start(command, folder, environment, stream, messages)
        try:
            return _wait(process, stop)
        except BaseException:
            _end(process)
            raise


def _start(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    output: IO[bytes],
    messages: IO[bytes],
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(command),
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=messages,
        start_new_session=True,
        creationflags=_CREATION_FLAGS,
    )


def _wait(process: subprocess.Popen[bytes], stop: threading.Event) -> int:
    while not stop.is_set():
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=_POLL_S)
    raise Stopped


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(command, check=False, capture_output=True)
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_GRACE_S)
        with suppress(ProcessLookupError, PermissionError):  # macOS says so when only zombies are left
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
