"""Interrupts: Ctrl-C, a job's end and a closed terminal are told, leave no mess, and are otherwise survived as a kill is."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Callable

import pytest

if sys.platform == "win32":
    pytest.skip("signals and process groups are POSIX", allow_module_level=True)

from faults.operators import processes_with
from faults.points import chosen, steps_of

if TYPE_CHECKING:
    from faults.hosts import Host
    from faults.operators import Ended, Fault
    from faults.points import Striker
    from faults.scenes import Undisturbed
    from faults.trials import Trial

    Figure = Callable[[str], None]

pytestmark = pytest.mark.timeout(1800)

INSTANTS = {signal.SIGINT: 25, signal.SIGTERM: 3, signal.SIGHUP: 3}
QUICK_INSTANTS = {signal.SIGINT: 1}
"""How many operators of a scene are hit by Ctrl-C, the end of a job, and a closed terminal."""

REMOVALS = ("os.remove", "os.rmdir")


def test_an_interrupt_at_any_step_is_told_and_survived(
    plays: list[Undisturbed], whole: bool, striker: Striker, figure: Figure, pytestconfig: pytest.Config
) -> None:
    for played in plays:
        faults = chosen(steps_of(played, signal.SIGINT), None if whole else 1, pytestconfig)
        tally = striker.strike_at_steps(played, faults, check_manners)
        figure(f"{played.scene.name}, {len(played.ended.steps)} steps, interrupted: {tally}")
        tally.check()


def check_manners(attempt: Trial, ended: Ended, fault: Fault) -> None:
    """See that an operator that was interrupted says so, and leaves nothing lying about but what it was just removing."""
    check_honesty(attempt, ended, fault)
    if not ended.steps[fault.step - 1].startswith(REMOVALS):
        assert not list(attempt.temporary.iterdir())


def check_honesty(attempt: Trial, ended: Ended, fault: Fault) -> None:
    """See that an operator that was interrupted says so, and that no gate goes on."""
    for word in ("Traceback", "Exception ignored", "error["):
        assert word not in ended.errors, ended.errors
    assert ended.status == 128 + fault.signal, f"status {ended.status}: {ended.errors}"
    assert "Interrupted. Run `invoke status`; repeating the command is safe." in ended.errors
    assert "Done" not in ended.output
    assert not processes_with(str(attempt.temporary))


def test_an_interrupt_at_any_instant_is_told_and_survived(
    plays: list[Undisturbed], whole: bool, striker: Striker, server: Host, figure: Figure
) -> None:
    for played in plays if whole else plays[:1]:
        for number, count in (INSTANTS if whole else QUICK_INSTANTS).items():
            tally = striker.strike_at_instants(played, number, count, server, check_honesty)
            figure(f"{played.scene.name}, {number.name}: {tally}")
            tally.check()
