"""A child process whose output goes to a file, without its secrets, and which is stopped with all its descendants."""

from __future__ import annotations

import io
import math
import subprocess
import sys
import threading
import time
from contextlib import nullcontext, suppress
from typing import IO, TYPE_CHECKING

from phasegate.processes import end

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from phasegate.redaction import Discretion

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
    discreet: Discretion,
    output: Path | None = None,
    lock: int | None = None,
    limit_s: float = math.inf,
) -> int:
    """Run `command` in `folder` and return its exit status.

    Its messages are appended to `log` as they come, its output too unless `output` names a file for it as it is. It holds
    the lock whose file is `lock` too, so that the lock is not free where we are killed and it goes on.

    Raises:
        Stopped: `stop` was set; the process and its descendants have ended.
        TimeoutError: so they have, because it took longer than `limit_s`.
        OSError: the log cannot be written; the command went on to its end.
    """
    if stop.is_set():
        raise Stopped
    process = _start(command, folder, environment, output, lock)
    said = process.stderr or process.stdout
    assert said is not None  # noqa: S101 - one of them is a pipe
    unwritten: list[OSError] = []
    copying = threading.Thread(target=_copy, args=(said, log, discreet, unwritten), daemon=True)
    copying.start()
    try:
        status = _wait(process, stop, limit_s)
    except BaseException:
        end(process)
        raise
    finally:
        copying.join(_GRACE_S)  # what a gate leaves running in the background may hold the pipe for ever
    if unwritten:
        raise unwritten[0]
    return status


def _start(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    output: Path | None,
    lock: int | None,
) -> subprocess.Popen[bytes]:
    with output.open("ab") if output else nullcontext(subprocess.PIPE) as stream:
        return subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.PIPE if output else subprocess.STDOUT,
            start_new_session=True,
            creationflags=_CREATION_FLAGS,
            pass_fds=() if lock is None or sys.platform == "win32" else (lock,),
        )


def _copy(said: IO[bytes], log: Path, discreet: Discretion, unwritten: list[OSError]) -> None:
    with io.TextIOWrapper(said, "utf-8", "surrogateescape", newline="") as lines:
        try:
            with log.open("ab", buffering=0) as file:
                for line in discreet.lines(lines):
                    file.write(line.encode("utf-8", "surrogateescape"))
        except OSError as error:
            unwritten.append(error)
            for _ in lines:  # a command that nobody listens to would wait for ever
                pass


def _wait(process: subprocess.Popen[bytes], stop: threading.Event, limit_s: float) -> int:
    until_s = time.monotonic() + limit_s
    while not stop.is_set():
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=_POLL_S)
        if time.monotonic() >= until_s:
            raise TimeoutError(f"no answer within {limit_s:g} s")
    raise Stopped
