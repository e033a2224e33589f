"""Points at which an operation is struck: every step, or what the seed chooses."""

from __future__ import annotations

import random
import signal
import time
from typing import TYPE_CHECKING

from faults.operators import Fault
from faults.trials import trial

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from faults.scenes import Undisturbed
    from faults.server import Server


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
        return [fault for fault in faults if fault.step == config.option.step]
    if count is None or count >= len(faults):
        return faults
    return random.Random(f"{config.option.seed} {faults}").sample(faults, count)


def label(played: Undisturbed, fault: Fault) -> str:
    """What repeats the fault alone, and what it hits."""
    torn = ", torn" if fault.torn else ""
    return f"-k {played.scene.name} --step {fault.step}{torn} ({played.ended.steps[fault.step - 1][:160]})"


def instants(played: Undisturbed, seed: int, count: int, duration_s: float) -> list[float]:
    """Seconds after which to strike, anywhere in the operation."""
    chance = random.Random(f"{seed} {played.scene.name} {count}")
    return [chance.uniform(0, duration_s) for _ in range(count)]


def duration_of(played: Undisturbed, server: Server, folder: Path) -> float:
    """How long the scene takes here and now, in seconds."""
    with trial(played, folder, server) as attempt:
        begun = time.monotonic()
        attempt.perform()
        return time.monotonic() - begun
