"""The instrument itself: a fault hits the step that it names, and nothing before."""

from __future__ import annotations

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode
from phasegate.rollout.planning.status import describe_status

if TYPE_CHECKING:
    from workshop import Workshop

if sys.platform == "win32":
    pytest.skip("signals and process groups are POSIX", allow_module_level=True)

from faults.operators import Fault, Watch, operate
from workshop import START_S


def test_an_operator_works_as_the_command_does(workshop: Workshop) -> None:
    ended = operate(workshop.root, "deploy", "--phase", "internal", "--yes")
    assert ended.status == 0, ended.errors
    assert "Done: " in ended.output
    assert describe_status(workshop.observe(), workshop.config, workshop.now_s)["ledger"]["length"] == 2
    assert operate(workshop.root, "deploy", "--phase", "none").status == ErrorCode.PHASE_UNKNOWN.exit_status


def test_a_kill_hits_the_step_that_it_names(workshop: Workshop) -> None:
    steps = operate(workshop.root, "status").steps
    ended = operate(workshop.root, "status", fault=Fault(3))
    assert (ended.status, ended.steps) == (-signal.SIGKILL, steps[:3])


def test_a_step_is_not_missed_where_threads_work_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    struck = []
    monkeypatch.setattr(os, "killpg", lambda *_: struck.append(True))
    monkeypatch.setattr(os, "write", lambda *_: time.sleep(0.01))
    watch = Watch(0, Fault(5))
    with ThreadPoolExecutor(8) as threads:
        for name in range(8):
            threads.submit(watch, "os.mkdir", (name,))
    assert struck == [True]


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_an_interrupt_ends_the_command_with_its_own_status(
    workshop: Workshop, number: int, status: int
) -> None:
    ended = operate(workshop.root, "status", fault=Fault(3, number))
    assert ended.status == status
    assert "Interrupted" in ended.errors


def test_a_torn_write_leaves_the_beginning_of_a_file(workshop: Workshop) -> None:
    arguments = ("notify", "--kind", "summary", "--yes")
    steps = operate(workshop.copy(workshop.root.parent / "twin").root, *arguments).steps
    notices = next(n for n, step in enumerate(steps, start=1) if step.endswith("notices.md"))
    assert operate(workshop.root, *arguments, fault=Fault(notices, torn=True)).status < 0
    assert (workshop.root / ".git" / "phasegate" / "notices.md").read_bytes() == b"\n## rem"


def test_a_clock_that_stands_still_makes_the_same_objects_again(workshop: Workshop) -> None:
    arguments = ("notify", "--kind", "summary", "--yes")
    twin = workshop.copy(workshop.root.parent / "twin")
    for place in (workshop, twin):
        assert operate(place.root, *arguments, now_s=START_S).status == 0
    assert workshop.remote_refs() == twin.remote_refs()
