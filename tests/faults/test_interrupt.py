"""Interrupts: Ctrl-C, a job's end and a closed terminal are told, leave no mess, and are otherwise survived as a kill is."""

from __future__ import annotations

import signal
import sys
import time
from typing import TYPE_CHECKING, Callable

import pytest

if sys.platform == "win32":
    pytest.skip("signals and process groups are POSIX", allow_module_level=True)

from faults.operators import processes_with
from faults.points import chosen, duration_of, instants, label, steps_of
from faults.trials import Tally, trial

if TYPE_CHECKING:
    from pathlib import Path

    from faults.operators import Ended, Fault
    from faults.scenes import Undisturbed
    from faults.server import Server

    Figure = Callable[[str], None]

pytestmark = pytest.mark.timeout(1800)

WHOLLY_INTERRUPTED = ("deploy-public", "rollback-full")
STEPS, INSTANTS, GATES_INSTANTS = 12, 10, 4
INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def test_an_interrupt_at_any_step_is_told_and_survived(
    plays: list[Undisturbed], whole: bool, tmp_path: Path, figure: Figure, request: pytest.FixtureRequest
) -> None:
    for played in plays:
        tally = Tally()
        count = STEPS if whole else 1
        if whole and played.scene.name in WHOLLY_INTERRUPTED:
            count = None
        for number, fault in enumerate(chosen(steps_of(played, signal.SIGINT), count, request.config)):
            interrupt(played, fault, tmp_path, tally, repeats=number % 2 == 0)
        figure(f"{played.scene.name}, {len(played.ended.steps)} steps, interrupted: {tally}")
        tally.check()


def interrupt(played: Undisturbed, fault: Fault, folder: Path, tally: Tally, *, repeats: bool) -> None:
    """Interrupt the scene's operator at a step; it says so, cleans up, and what it left is finished."""
    with tally.point(label(played, fault)), trial(played, folder) as attempt:
        ended = attempt.perform(fault=fault)
        check_honesty(ended, fault.signal)
        assert ended.status != 0
        assert not list(attempt.temporary.iterdir())
        state = attempt.state()
        tally.counts.update([state, attempt.recover(state, repeats=repeats)])
        attempt.check_survival()


def check_honesty(ended: Ended, number: int) -> None:
    """See that an operator that was interrupted says so, or came to its end."""
    for word in ("Traceback", "Exception ignored", "error["):
        assert word not in ended.errors, ended.errors
    if ended.status != 0:
        assert ended.status == 128 + number, f"status {ended.status}: {ended.errors}"
        assert "Interrupted. Run `invoke status`; repeating the command is safe." in ended.errors
        assert "Done" not in ended.output


def test_an_interrupt_at_any_instant_is_told_and_survived(
    plays: list[Undisturbed], whole: bool, seed: int, server: Server, tmp_path: Path, figure: Figure
) -> None:
    """Ctrl-C, the end of a job, and a closed terminal."""
    for played in plays if whole else plays[:1]:
        tally = Tally()
        count = INSTANTS if whole else 1
        duration_s = duration_of(played, server, tmp_path)
        for number, after_s in enumerate(instants(played, seed, count, duration_s)):
            how = INTERRUPTS[number % len(INTERRUPTS)]
            point = tally.point(f"{played.scene.name}: {how.name} after {after_s:.3f} s")
            with point, trial(played, tmp_path, server) as attempt:
                ended = attempt.strike(how, after_s)
                server.settle()
                if ended.steps:  # else the verb had not begun
                    check_honesty(ended, how)
                state = attempt.state()
                tally.counts.update([state, attempt.recover(state, repeats=number % 2 == 0)])
                attempt.check_survival()
                tally.counts["too late"] += ended.status == 0
        figure(f"{played.scene.name}, interrupted within {duration_s:.2f} s: {tally}")
        tally.check()


@pytest.mark.parametrize("how", INTERRUPTS, ids=lambda how: how.name)
def test_an_interrupt_while_gates_run_ends_them(
    judging: Undisturbed, how: signal.Signals, seed: int, tmp_path: Path, figure: Figure
) -> None:
    """It reaches phasegate alone, as a job's end does; no gate goes on, and none leaves its worktree."""
    tally = Tally()
    with trial(judging, tmp_path) as attempt:
        begun = time.monotonic()
        attempt.perform()
        duration_s = time.monotonic() - begun
    for after_s in instants(judging, seed, GATES_INSTANTS, duration_s):
        with tally.point(f"after {after_s:.3f} s"), trial(judging, tmp_path) as attempt:
            ended = attempt.strike(how, after_s, group=False)
            if ended.steps:
                check_honesty(ended, how)
            assert not processes_with(str(attempt.temporary))
            state = attempt.state()
            tally.counts.update([state, attempt.recover(state, repeats=True)])
            attempt.check_survival()
            tally.counts["too late"] += ended.status == 0
    figure(f"interrupted within {duration_s:.2f} s: {tally}")
    tally.check()
