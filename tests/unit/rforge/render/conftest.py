from __future__ import annotations

from enum import Enum
from typing import Callable

import pytest

from rforge.budgets import Budget
from rforge.findings import Severity
from rforge.report import Fact, Facts, Group, Groups, Lines, Report, Timings, table
from rforge.request import Request

MakeReport = Callable[..., Report]


class Fruit(Enum):
    APPLE = "apple"


BLOCKS = (
    table(
        "rows",
        "Rows",
        {"severity": "Severity", "name": "Name", "parts": "Parts", "points": "Points"},
        [(Severity.ERROR, "medfit", ("a", "b"), 17.5), (Severity.NOTE, "", (), None)],
    ),
    table("none", "Nothing", {"name": "Name"}, [], "nothing here"),
    Lines("tree", "Tree", ("a", "  b", "  c|d")),
    Groups(
        "packages",
        (
            Group(
                "medfit 1.0",
                (Facts("", "", (Fact("is_meta", "Meta", value=False), Fact("fruit", "Fruit", Fruit.APPLE))),),
            ),
        ),
    ),
)


@pytest.fixture
def report() -> MakeReport:
    """A report with a block of each kind, and whatever else is given."""

    def make(**more: object) -> Report:
        values = {
            "command": "status",
            "request": Request(path="here"),
            "blocks": BLOCKS,
            "budget": Budget(5.0, is_hard=True),
            "timings": Timings(0.1, 0.2, 0.3, 0.6),
            "time": "2026-01-02T03:04:05Z",
            **more,
        }
        return Report(**values)

    return make
