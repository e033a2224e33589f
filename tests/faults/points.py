"""Points at which an operation is struck, every step or instants by chance, and what follows: it is finished, nothing lost."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from faults.operators import Fault
from faults.trials import Tally, trial

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from faults.hosts import Host
    from faults.operators import Ended
    from faults.scenes import Undisturbed
    from faults.trials import Trial

    Check = Callable[[Trial, Ended, Fault], None]

FEW = 8
"""Where gates run side by side, steps vary from run to run: so many of the last ones may not be reached."""

PATIENCE = 10
"""How many attempts there are, at most, for each operator that is to be hit while it works."""


def steps_of(played: Undisturbed, number: int = signal.SIGKILL) -> list[Fault]:
    """A fault at each step, and for a kill one in the middle of each write that outlives the command."""
    faults = []
    for step, what in enumerate(played.ended.steps, start=1):
        faults.append(Fault(step, number))
        if number == signal.SIGKILL and what.startswith("write ") and str(played.after.root) in what:
            faults.append(Fault(step, torn=True))
    return faults


def chosen(faults: list[Fault], count: int | None, config: pytest.Config) -> list[Fault]:
    """The faults at the step that was asked for, or `count` of them (None: all)."""
    if config.option.step is not None:
        asked = [fault for fault in faults if fault.step == config.option.step]
        assert asked, f"there is no step {config.option.step}"
        return asked
    if count is None or count >= len(faults):
        return faults
    return random.Random(f"{config.option.seed} {faults}").sample(faults, count)


@dataclass(frozen=True)
class Striker:
    """Strikes a scene's operator in the test `request`, below `folder`, each time in a new trial."""

    request: pytest.FixtureRequest
    folder: Path

    def strike_at_steps(self, played: Undisturbed, faults: list[Fault], check: Check) -> Tally:
        """Strike at each of the faults that takes place, `check` how the operator ended, and finish what it left."""
        tally = Tally()
        for fault in faults:
            with tally.point(self._label(played, fault)), trial(played, self.folder) as attempt:
                ended = attempt.perform(fault=fault)
                state = attempt.state()
                if len(ended.steps) < fault.step:
                    tally.counts["not reached"] += 1
                    _check_undisturbed(played, ended, state)
                else:
                    check(attempt, ended, fault)
                repeats = (fault.step + fault.torn) % 2 == 0
                tally.counts.update([state, attempt.recover(state, repeats=repeats)])
                attempt.check_survival(torn=fault.torn)
                tally.counts["torn"] += fault.torn
        if tally.counts["not reached"] > (0 if played.scene.judged else FEW):
            tally.failures.append("too many points were not reached")
        return tally

    def strike_at_instants(
        self, played: Undisturbed, number: int, count: int, server: Host, check: Check
    ) -> Tally:
        """Strike until `count` operators were hit while they worked; the server goes on.

        So do, every second time, the commands of the operator. The seed repeats after which part of the operation's
        duration each is struck, and how it is finished; not what it is about to do just then.
        """
        tally = Tally()
        chance = random.Random(f"{self.request.config.option.seed} {played.scene.name} {number}")
        duration_s = self._duration_of(played, server)
        for attempts in range(PATIENCE * count):
            if tally.counts["hit"] == count:
                break
            after_s, group = chance.uniform(0, duration_s), attempts % 2 == 0
            label = f"{signal.Signals(number).name} after {after_s:.3f} of {duration_s:.3f} s, group: {group}"
            with tally.point(label), trial(played, self.folder, server) as attempt:
                ended = attempt.strike(number, after_s, group=group)
                hit = bool(ended.steps) and ended.status != 0
                tally.counts["hit" if hit else "too late" if ended.steps else "too early"] += 1
                server.settle()
                state = attempt.state()
                if hit:
                    check(attempt, ended, Fault(len(ended.steps), number))
                elif ended.steps:
                    _check_undisturbed(played, ended, state)
                else:
                    assert state == "old"
                tally.counts.update([state, attempt.recover(state, repeats=attempts % 4 < 2)])
                attempt.check_survival()
        if tally.counts["hit"] < count:
            tally.failures.append(f"not all of {count} operators were hit")
        return tally

    def _label(self, played: Undisturbed, fault: Fault) -> str:
        """What repeats the fault alone, and what it hits."""
        test = f"{self.request.node.nodeid.partition('[')[0]}[{played.scene.name}]"
        torn = ", torn" if fault.torn else ""
        return f"{test} --whole --step {fault.step}{torn} ({played.ended.steps[fault.step - 1][:160]})"

    def _duration_of(self, played: Undisturbed, server: Host) -> float:
        """How long the scene takes here and now, in seconds."""
        with trial(played, self.folder, server) as attempt:
            begun = time.monotonic()
            attempt.perform()
            return time.monotonic() - begun


def _check_undisturbed(played: Undisturbed, ended: Ended, state: str) -> None:
    assert (ended.status, state) == (0, played.last_state), ended.errors
