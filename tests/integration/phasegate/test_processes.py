"""A process is ended as a terminal would, with all that it started."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from phasegate.processes import children, end
from processes import ends_soon, wait_for_text

if TYPE_CHECKING:
    from pathlib import Path

posix = pytest.mark.skipif(sys.platform == "win32", reason="process ids and signals here are POSIX")
SLEEP = "import time; time.sleep(600)"


def says_that_it_runs(path: Path) -> str:
    """A script that writes its process id to `path`, and then sleeps."""
    return f"import os; open({str(path)!r}, 'w').write(str(os.getpid())); {SLEEP}"


def starts(script: str, then: str = "p.wait()", **options: bool) -> str:
    return f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {script!r}], **{options}); {then}"


def begin(script: str, **options: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", script], **options)


@pytest.mark.parametrize("alone", [True, False])
@posix
def test_what_it_started_ends_with_it_wherever_it_went(tmp_path: Path, alone: bool) -> None:
    written = tmp_path / "pid"
    inner = starts(says_that_it_runs(written), start_new_session=alone)
    with begin(starts(inner)) as process:
        pid = int(wait_for_text(written))
        end(process)
    assert ends_soon(pid)


@posix
def test_what_nobody_is_the_parent_of_ends_with_the_leader_of_its_group(tmp_path: Path) -> None:
    written = tmp_path / "pid"
    orphaned = starts(starts(says_that_it_runs(written), then="pass"), then=SLEEP)
    with begin(orphaned, start_new_session=True) as process:
        pid = int(wait_for_text(written))
        end(process)
    assert ends_soon(pid)


@posix
def test_it_is_asked_to_end_before_it_is_made_to(tmp_path: Path) -> None:
    ready, cleaned = tmp_path / "ready", tmp_path / "cleaned up"
    tidy = f"signal.signal(signal.SIGTERM, lambda *_: (open({str(cleaned)!r}, 'w').close(), sys.exit()))"
    with begin(f"import signal, sys; {tidy}; {says_that_it_runs(ready)}") as process:
        wait_for_text(ready)
        end(process)
    assert cleaned.exists()


@posix
def test_who_will_not_hear_is_made_to_end(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    with begin(f"{deaf}; {says_that_it_runs(ready)}") as process:
        wait_for_text(ready)
        end(process)
        assert process.returncode == -9


def test_who_has_ended_is_left_alone_for_the_number_may_be_anothers(monkeypatch: pytest.MonkeyPatch) -> None:
    with begin("") as process:
        process.wait()
        for name in ("kill", "killpg"):
            monkeypatch.setattr(os, name, None, raising=False)
        end(process)


@posix
def test_children_are_those_of_that_parent_alone(tmp_path: Path) -> None:
    written = tmp_path / "pid"
    with begin(starts(says_that_it_runs(written))) as process:
        pid = int(wait_for_text(written))
        assert process.pid in children(os.getpid())
        assert children(process.pid) == [pid]
        assert children(pid) == []
        end(process)
