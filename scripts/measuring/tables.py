"""Every command in every mode with its time budget, as rforge's own tables have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rforge.budgets import budget_of
from rforge.commands.table import COMMANDS
from rforge.request import Format, Mode

if TYPE_CHECKING:
    from rforge.budgets import Budget

FORMATS: tuple[str, ...] = tuple(form.value for form in Format)


@dataclass(frozen=True)
class Case:
    """A command in a mode.

    Attributes:
        command: the command's name.
        mode: the mode's name.
        budget_s: the budget in seconds.
        is_hard: whether the command stops when it is used up.
    """

    command: str
    mode: str
    budget_s: float
    is_hard: bool

    @property
    def name(self) -> str:
        """What it is called in a table of results."""
        return f"{self.command} {self.mode}"

    def context(self, package: str) -> str:
        """What has to be named for the command to make sense: `impact` is the impact of `package`."""
        return package if self.command == "impact" else ""


def cases() -> tuple[Case, ...]:
    """Every command that there is in every mode that there is."""
    return tuple(
        _case(command.name, mode, budget_of(command.budget_s, mode))
        for command in COMMANDS.values()
        for mode in Mode
    )


def _case(command: str, mode: Mode, budget: Budget) -> Case:
    return Case(command, mode.value, budget.seconds, budget.is_hard)
