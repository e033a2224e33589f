"""Processes that tests start: what they say of themselves in a file, and whether they are still there."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

_POLL_S = 0.05
_PATIENCE_S = 60.0


def executable(path: Path, text: str) -> Path:
    """`path`, which holds the script `text` from now on; POSIX only."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    path.chmod(0o755)
    return path


def stand_in(folder: Path, body: str) -> str:
    """A program in `folder` that does `body`, Python, with `arguments`; POSIX only."""
    imports = "import json, os, subprocess, sys, time"
    text = f"#!{sys.executable}\n{imports}\narguments = sys.argv[1:]\n{body}\n"
    return str(executable(folder / "stand-in", text))


def wait_for_text(path: Path) -> str:
    """What somebody writes to `path`, once there is something."""
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        if path.exists() and (text := path.read_text(encoding="utf-8")):
            return text
        time.sleep(_POLL_S)
    pytest.fail(f"{path} was never written")


def is_alive(pid: int) -> bool:
    """Whether it runs; one that waits for its parent to notice its end does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return _state(pid) != "Z"


def ends_soon(pid: int) -> bool:
    """Whether it runs no more, at the latest after a while."""
    until_s = time.monotonic() + _PATIENCE_S
    while is_alive(pid) and time.monotonic() < until_s:
        time.sleep(_POLL_S)
    return not is_alive(pid)


def _state(pid: int) -> str:
    try:
        listing = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # gone by now, or a system without
        return ""
    return listing.rpartition(")")[2].split()[0]
