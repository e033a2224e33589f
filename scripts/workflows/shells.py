"""A step's `run`: a real shell in a process group of its own, with a time limit, and the files that it can add to."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from workflows.actions import Ending, Result
from workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_SHELLS = {
    "": ["bash", "-e", "{}"],
    "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail", "{}"],
    "sh": ["sh", "-e", "{}"],
    "python": [sys.executable, "{}"],
}
_GRACE_S = 7.5
"""What GitHub gives a step between the signal to end and the end."""


def run_script(
    text: str,
    shell: str,
    folder: Path,
    environment: Mapping[str, str],
    limit_s: float,
    output: IO[str] | None,
) -> Ending:
    """Run `text` as GitHub would; `output` takes what it writes, None is this process's own.

    Raises:
        WorkflowError: a shell that is not known here.
    """
    command = _command(shell, environment)
    script = folder.parent / "step-script"
    script.write_text(text, encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        process = subprocess.Popen(
            [str(script) if word == "{}" else word for word in command],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
    except OSError as error:
        return Ending(Result.IMPOSSIBLE, str(error))
    try:
        status = process.wait(max(limit_s, 0.0))
    except subprocess.TimeoutExpired:
        _end(process)
        return Ending(Result.TIMED_OUT, f"it took more than {limit_s:.0f} s")
    except BaseException:  # whoever calls this off leaves nothing running
        _end(process)
        raise
    return Ending(Result.SUCCESS) if status == 0 else Ending(Result.FAILURE, f"exit status {status}")


def _command(shell: str, environment: Mapping[str, str]) -> Sequence[str]:
    if shell not in _SHELLS:
        raise WorkflowError(f"the shell {shell!r} is not known here")
    program, *rest = _SHELLS[shell]
    return [shutil.which(program, path=environment.get("PATH")) or program, *rest]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started."""
    for number in (signal.SIGINT, getattr(signal, "SIGKILL", signal.SIGTERM)):
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, number)
            else:
                process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)


def read_additions(file: Path) -> dict[str, str]:
    """What a step added to GITHUB_ENV or GITHUB_OUTPUT: `NAME=value`, or `NAME<<END`, lines and `END`.

    Raises:
        WorkflowError: a line that is neither.
    """
    found: dict[str, str] = {}
    lines = iter(file.read_text(encoding="utf-8").splitlines() if file.exists() else ())
    for line in lines:
        name, mark, value = _split(line)
        if mark == "<<":
            taken = []
            for inner in lines:
                if inner == value:
                    break
                taken.append(inner)
            else:
                raise WorkflowError(f"a value of {name} has no end {value!r}")
            value = "\n".join(taken)
        if name:
            found[name] = value
    return found


def _split(line: str) -> tuple[str, str, str]:
    marks = sorted((line.index(mark), mark) for mark in ("=", "<<") if mark in line)
    if line.strip() and not marks:
        raise WorkflowError(f"{line!r} is neither NAME=value nor NAME<<END")
    mark = marks[0][1] if marks else ""
    name, _, value = line.partition(mark) if mark else ("", "", "")
    return name, mark, value
