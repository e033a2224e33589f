"""Kill: an operation that dies at any step or instant leaves the old world or the new one, and is finished by repeating it.

The whole: `nox -s faults`. A failing point says what repeats it alone.
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
from faults.points import chosen, steps_of
from faults.trials import Tally, trial
from processes import executable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faults.hosts import Host
    from faults.operators import Ended
    from faults.points import Striker
    from faults.scenes import Undisturbed
    from faults.trials import Trial
    from workshop import Workshop

    Figure = Callable[[str], None]

pytestmark = pytest.mark.timeout(1800)

QUICK_STEPS, QUICK_INSTANTS, QUICK_SANDBOXES = 6, 2, 2
"""Of each scene that the seed chose, in the quick selection."""

INSTANTS = 34
SANDBOX = ("status", "--sandbox")


def test_a_kill_at_any_step_is_survived(
    plays: list[Undisturbed], whole: bool, striker: Striker, figure: Figure, pytestconfig: pytest.Config
) -> None:
    for played in plays:
        faults = chosen(steps_of(played), None if whole else QUICK_STEPS, pytestconfig)
        tally = striker.strike_at_steps(played, faults, check_death)
        figure(f"{played.scene.name}, {len(played.ended.steps)} steps, killed: {tally}")
        tally.check()


def check_death(_: Trial, ended: Ended, fault: Fault) -> None:
    """See that an operator was killed, by us or by the end of what it may write."""
    assert ended.status in (-fault.signal, -signal.SIGXFSZ), f"it ended with status {ended.status}"


def test_a_command_that_is_repeated_changes_nothing(plays: list[Undisturbed], tmp_path: Path) -> None:
    for played in plays:
        with trial(played, tmp_path) as attempt:
            attempt.perform()
            attempt.recover(played.last_state, repeats=True)
            attempt.check_survival()


def test_a_kill_at_any_instant_is_survived(
    plays: list[Undisturbed], whole: bool, striker: Striker, server: Host, figure: Figure
) -> None:
    for played in plays:
        count = INSTANTS if whole else QUICK_INSTANTS
        tally = striker.strike_at_instants(played, signal.SIGKILL, count, server, check_death)
        figure(f"{played.scene.name}, killed: {tally}")
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
    hook = executable(
        checkout / ".git" / "hooks" / "reference-transaction",
        f'#!/bin/sh\n[ "$1" = prepared ] && echo >>"$0.count" && [ $(wc -l <"$0.count") = {number} ] && kill -9 0\n:\n',
    )
    yield
    hook.unlink()


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
            killed = operate(workshop.root, *SANDBOX, str(folder), fault=fault)
            assert killed.status < 0, f"it ended with status {killed.status}"
            ended = operate(workshop.root, *SANDBOX, str(folder))
            assert (ended.status, ended.output) == (0, undisturbed.output), ended.errors
            assert workshop.remote_refs() == refs
    figure(f"a sandbox, {len(steps)} steps: {tally}")
    tally.check()
