"""Every command in every mode with its time budget, as rforge's own tables have them."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rforge.request import Format, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMATS: tuple[str, ...] = tuple(form.value for form in Format)


@dataclass(frozen=True)
class Case:
    """A command in a mode.

    Attributes:
        command: the command's name.
        mode: the mode's name.
        budget_s: the budget in seconds, None where there is none.
        is_hard: whether the command stops when it is used up.
    """

    command: str
    mode: str
    budget_s: float | None
    is_hard: bool

    @property
    def name(self) -> str:
        """What it is called in a table of results."""
        return f"{self.command} {self.mode}"

    @property
    def context(self) -> str:
        """What has to be named for the command to make sense: `impact` is the impact of a package."""
        return "medfit" if self.command == "impact" else ""


def cases() -> tuple[Case, ...]:
    """Every command that there is in every mode that there is."""
    try:
        commands = importlib.import_module("rforge.commands.table").COMMANDS
        budget_of = importlib.import_module("rforge.budgets").budget_of
    except ModuleNotFoundError:
        return _cases_of_version_1(importlib.import_module("rforge.commands").BUDGET_S)
    return tuple(
        _case(command, mode, budget_of(commands[command].budget_s, mode))
        for command in commands
        for mode in Mode
    )


def _case(command: str, mode: Mode, budget: Any) -> Case:
    return Case(command, mode.value, float(budget.seconds), bool(budget.is_hard))


def _cases_of_version_1(budgets_s: Mapping[str, float]) -> tuple[Case, ...]:
    """Of a tree from before the modes had budgets of their own: speed is compared with such trees too."""
    return tuple(
        Case(command, mode.value, seconds if mode is Mode.DEFAULT else None, mode is Mode.DEFAULT)
        for command, seconds in budgets_s.items()
        for mode in Mode
    )
