"""The end of a process with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_GRACE_S = 2.0


def end(process: subprocess.Popen[bytes]) -> None:
    """End `process` as a terminal would, so that it cleans up, its descendants, and the group that it may lead."""
    if process.poll() is not None:
        return  # its number may be another's by now
    if sys.platform == "win32":
        command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(command, check=False, capture_output=True)
    else:
        for pid in _family(process.pid):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
        process.kill()
        with suppress(ProcessLookupError, PermissionError):  # it led none; macOS: only zombies are left in it
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def children(pid: int) -> list[int]:
    """The ids of the processes whose parent is `pid`."""
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    with suppress(OSError):
        if listing.exists():
            return [int(child) for child in listing.read_text(encoding="ascii").split()]
        command = ["pgrep", "-P", str(pid)]
        listed = subprocess.run(command, check=False, capture_output=True, text=True, encoding="ascii")
        return [int(child) for child in listed.stdout.split()]
    return []


def _family(pid: int) -> list[int]:
    """The process and its descendants: git leaves those that talk to the remote behind when it is ended."""
    found = [pid]
    for parent in found:
        found += children(parent)
    return found
