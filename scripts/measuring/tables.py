"""Every command in every mode with its time budget, as rforge's own tables have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rforge.commands import BUDGET_S
from rforge.request import Format, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMATS: tuple[str, ...] = tuple(form.value for form in Format)


@dataclass(frozen=True)
class Case:
    """A command in a mode; `budget_s` is None where the table gives that mode none."""

    command: str
    mode: str
    budget_s: float | None

    @property
    def name(self) -> str:
        """What it is called in a table of results."""
        return f"{self.command} {self.mode}"


def cases(table: Mapping[str, object] = BUDGET_S) -> tuple[Case, ...]:
    """Every command of the table and every mode there is.

    Args:
        table: command → seconds of mode default, or command → {mode: seconds}.
    """
    return tuple(
        Case(command, mode.value, _budget_s(budgets, mode))
        for command, budgets in table.items()
        for mode in Mode
    )


def _budget_s(budgets: object, mode: Mode) -> float | None:
    if isinstance(budgets, dict):
        found = budgets.get(mode, budgets.get(mode.value))
        return None if found is None else float(found)
    return float(str(budgets)) if mode is Mode.DEFAULT else None
