"""On a terminal the plan is shown, and a person decides."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode
from verbs import SOURCE
from workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")


def answer_to(question: Sequence[str], answer: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`python -m QUESTION` in `folder`, with a person who gives `answer`."""
    controller, terminal = os.openpty()
    os.write(controller, f"{answer}\n".encode())
    done = subprocess.run(
        [sys.executable, "-m", *question],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"},
        stdin=terminal,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    os.close(controller)
    os.close(terminal)
    return done


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", ErrorCode.DECLINED.exit_status), ("", 4)])
def test_the_plan_is_shown_and_confirmed(answer: str, status: int, workshop: Workshop) -> None:
    before = workshop.remote_refs()
    done = answer_to(["invoke", "deploy", "--phase", "internal"], answer, workshop.root)
    assert done.returncode == status, done.stderr
    assert "refs/heads/internal: absent →" in done.stderr
    assert (workshop.remote_refs() == before) is (answer != "y")


def test_what_init_quotes_from_files_does_not_command_the_terminal(tmp_path: Path) -> None:
    manifest = {"name": "demo", "description": "\x9b31m red \u202e backwards \u2028 below"}
    files = {"demo/.claude-plugin/plugin.json": json.dumps(manifest)}
    workshop = Workshop(tmp_path, files)
    done = answer_to(["phasegate", "init"], "n", workshop.root)
    assert done.returncode == ErrorCode.DECLINED.exit_status, done.stderr
    assert "\\x9b31m red \\u202e backwards \\u2028 below" in done.stderr
    assert all(letter.isprintable() or letter == "\n" for letter in done.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("history > /dev/full", ErrorCode.FILE_UNWRITTEN.exit_status),
        ("history 2> /dev/full", 0),
        ("deploy --phase none --json > /dev/full 2> /dev/full", ErrorCode.PHASE_UNKNOWN.exit_status),
        ("history | true; exit ${PIPESTATUS[0]}", 141),
    ],
)
def test_a_full_disk_or_a_closed_pipe_behind_a_stream_is_no_riddle(
    command: str, status: int, released: Workshop
) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m invoke {command}"],
        cwd=released.root,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    if command == "history > /dev/full":
        assert "No space left on device" in done.stderr
