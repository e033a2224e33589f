"""`next`: what to do first.

A finding is an action where it has an advice. Actions are ranked by severity, then by how many packages here cannot do
without the package (a broken base breaks them all), then by the points of health that mending brings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.budgets import THOROUGH_S
from rforge.commands.command import Command
from rforge.findings import Severity
from rforge.health import WEIGHTS
from rforge.package.survey import JUDGED_PARTS
from rforge.report import facts, table

if TYPE_CHECKING:
    from rforge.examined import Examined, Judged
    from rforge.findings import Finding
    from rforge.report import Block, Value

SHOWN = 10
"""More than that nobody starts with."""


def blocks(examined: Examined) -> tuple[Block, ...]:
    """The first actions in order, and how many there are in all."""
    actions = [
        (judged, finding, _reach(judged, examined))
        for judged in examined.focus
        for finding in judged.findings
        if finding.advice
    ]
    actions.sort(key=lambda action: _rank(*action))
    rows: list[tuple[Value, ...]] = [
        (
            number,
            judged.name,
            finding.severity,
            finding.advice,
            finding.message,
            f"{finding.file}:{finding.first_line}" if finding.first_line else finding.file,
            _gain(finding),
            reach,
        )
        for number, (judged, finding, reach) in enumerate(actions[:SHOWN], start=1)
    ]
    columns = {
        "rank": "Rank",
        "package": "Package",
        "severity": "Severity",
        "action": "Do",
        "why": "Because",
        "where": "Where",
        "gain": "Health points",
        "dependents": "Packages that need it",
    }
    return (
        table("next", "What to do next", columns, rows, "nothing to mend was found"),
        facts(
            "summary", "Summary", {"shown": ("Shown", len(rows)), "total": ("Actions in all", len(actions))}
        ),
    )


def _reach(judged: Judged, examined: Examined) -> int:
    return len(examined.ecosystem.users_of(judged.name, hard=True))


def _gain(finding: Finding) -> float:
    return round(WEIGHTS[finding.category] * min(1.0, finding.share), 1)


def _rank(judged: Judged, finding: Finding, reach: int) -> tuple[int, int, float, str]:
    return (list(Severity).index(finding.severity), -reach, -_gain(finding), judged.name)


COMMAND = Command(
    name="next",
    summary="What to do first about the R packages in a folder, ranked.",
    budget_s=THOROUGH_S,
    parts=JUDGED_PARTS,
    blocks=blocks,
)
