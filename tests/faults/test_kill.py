"""Kill: an operation that dies at any step or instant leaves the old world or the new one, and is finished by repeating it.

The whole: `nox -s faults`. A failing point alone: `--whole --seed N -k NAME --step STEP`.
"""

from __future__ import annotations

import itertools
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Callable

import pytest

if sys.platform == "win32":
    pytest.skip("signals and process groups are POSIX", allow_module_level=True)

from faults.operators import Fault, operate
from faults.points import chosen, duration_of, instants, label, steps_of
from faults.trials import Tally, trial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faults.scenes import Undisturbed
    from faults.server import Server
    from workshop import Workshop

    Figure = Callable[[str], None]

pytestmark = pytest.mark.timeout(1800)

QUICK_STEPS, QUICK_INSTANTS, QUICK_SANDBOXES = 6, 2, 2
"""Of each scene that the seed chose, in the quick selection."""

INSTANTS, GATES_STEPS = 34, 30
SANDBOX = ("status", "--sandbox")


def test_a_kill_at_any_step_is_survived(
    plays: list[Undisturbed], whole: bool, tmp_path: Path, figure: Figure, request: pytest.FixtureRequest
) -> None:
    for played in plays:
        tally = Tally()
        count = None if whole else QUICK_STEPS
        for number, fault in enumerate(chosen(steps_of(played), count, request.config)):
            kill(played, fault, tmp_path, tally, repeats=number % 2 == 0)
        figure(f"{played.scene.name}, {len(played.ended.steps)} steps, killed: {tally}")
        tally.check()


def kill(played: Undisturbed, fault: Fault, folder: Path, tally: Tally, *, repeats: bool) -> None:
    """Kill the scene's operator at a step, and see that what it left is finished."""
    with tally.point(label(played, fault)), trial(played, folder) as attempt:
        ended = attempt.perform(fault=fault)
        assert ended.status in (-signal.SIGKILL, -signal.SIGXFSZ), f"it ended with status {ended.status}"
        state = attempt.state()
        tally.counts.update([state, attempt.recover(state, repeats=repeats)])
        attempt.check_survival(torn=fault.torn)
        tally.counts["torn"] += fault.torn


def test_a_command_that_is_repeated_changes_nothing(plays: list[Undisturbed], tmp_path: Path) -> None:
    for played in plays:
        with trial(played, tmp_path) as attempt:
            attempt.perform()
            attempt.recover(played.last_state, repeats=True)
            attempt.check_survival()


def test_a_kill_at_any_instant_is_survived(
    plays: list[Undisturbed], whole: bool, seed: int, server: Server, tmp_path: Path, figure: Figure
) -> None:
    """The server goes on; every second time so do the git commands of the phasegate that was killed."""
    for played in plays:
        tally = Tally()
        count = INSTANTS if whole else QUICK_INSTANTS
        duration_s = duration_of(played, server, tmp_path)
        for number, after_s in enumerate(instants(played, seed, count, duration_s)):
            group = number % 2 == 0
            point = tally.point(f"{played.scene.name}: after {after_s:.3f} s, group: {group}")
            with point, trial(played, tmp_path, server) as attempt:
                ended = attempt.strike(signal.SIGKILL, after_s, group=group)
                server.settle()
                state = attempt.state()
                tally.counts.update([state, attempt.recover(state, repeats=number % 4 < 2)])
                attempt.check_survival()
                tally.counts["too late"] += ended.status == 0
        figure(f"{played.scene.name}, killed within {duration_s:.2f} s: {tally}")
        tally.check()


@pytest.mark.usefixtures("only_whole")
def test_a_kill_while_git_holds_locks_is_survived(
    plays: list[Undisturbed], tmp_path: Path, figure: Figure
) -> None:
    """At each change of refs in the checkout; git leaves its locks, and the operator comes back a while later."""
    for played in plays:
        tally = Tally()
        for number in itertools.count(1):
            with (
                tally.point(f"{played.scene.name}: at change {number} of refs"),
                trial(played, tmp_path) as attempt,
            ):
                with dying_at_change(attempt.workshop.root, number):
                    ended = attempt.perform()
                tally.counts["locks left"] += len(attempt.age_locks())
                state = attempt.state()
                tally.counts.update([state, attempt.recover(state, repeats=number % 2 == 0)])
                attempt.check_survival()
            if ended.status == 0:
                break
        figure(f"{played.scene.name}, killed while git held locks: {tally}")
        tally.check()
        assert tally.counts["locks left"]


@contextmanager
def dying_at_change(checkout: Path, number: int) -> Iterator[None]:
    """All processes of an operator die when git has locked refs of the checkout for the `number`-th time."""
    hook = checkout / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f'#!/bin/sh\n[ "$1" = prepared ] && echo >>"$0.count" && [ $(wc -l <"$0.count") = {number} ] && kill -9 0\n:\n',
        encoding="utf-8",
    )
    hook.chmod(0o755)
    yield
    hook.unlink()


def test_a_kill_while_gates_run_is_survived(
    judging: Undisturbed, tmp_path: Path, figure: Figure, request: pytest.FixtureRequest
) -> None:
    tally = Tally()
    for number, fault in enumerate(chosen(steps_of(judging), GATES_STEPS, request.config)):
        kill(judging, fault, tmp_path, tally, repeats=number % 2 == 0)
    figure(f"{len(judging.ended.steps)} steps, some killed: {tally}")
    tally.check()


def test_a_kill_while_a_sandbox_is_made_is_survived(
    workshop: Workshop, whole: bool, tmp_path: Path, figure: Figure, request: pytest.FixtureRequest
) -> None:
    """A sandbox that was not finished is made anew; what is in the way of it was never the user's."""
    tally, refs = Tally(), workshop.remote_refs()
    undisturbed = operate(workshop.root, *SANDBOX, str(tmp_path / "undisturbed"))
    steps = range(1, len(undisturbed.steps) + 1)
    faults = [Fault(step, torn=torn) for step in steps for torn in (False, True)]
    for fault in chosen(faults, None if whole else QUICK_SANDBOXES, request.config):
        folder = tmp_path / f"{fault.step}-{fault.torn}"
        with tally.point(f"step {fault.step}, torn: {fault.torn} ({undisturbed.steps[fault.step - 1]})"):
            tally.counts["killed"] += operate(workshop.root, *SANDBOX, str(folder), fault=fault).status < 0
            ended = operate(workshop.root, *SANDBOX, str(folder))
            assert (ended.status, ended.output) == (0, undisturbed.output), ended.errors
            assert workshop.remote_refs() == refs
    figure(f"a sandbox, {len(steps)} steps: {tally}")
    tally.check()
