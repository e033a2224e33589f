"""How long a command may take: seconds by command and mode, and what happens when they are used up.

Mode default answers a person who waits, so its budget is hard: the command stops and answers with what it has. The other
modes are asked for on purpose; there the budget is a promise whose breaking is told, and the work goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

from rforge.request import Mode

QUICK_S = 5.0
"""The hard budget of a command that looks at few files."""

THOROUGH_S = 10.0
"""The hard budget of a command that reads the code."""

_SOFT_S = {Mode.DEBUG: 120.0, Mode.OPTIMIZE: 180.0, Mode.RELEASE: 300.0}


@dataclass(frozen=True)
class Budget:
    """Seconds, and whether the work stops when they are used up."""

    seconds: float
    is_hard: bool


def budget_of(default_s: float, mode: Mode) -> Budget:
    """The budget in `mode` of a command that has `default_s` seconds in mode default."""
    return Budget(default_s, is_hard=True) if mode is Mode.DEFAULT else Budget(_SOFT_S[mode], is_hard=False)
