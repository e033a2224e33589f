"""`next`: what to do first.

A finding is an action where it has an advice. Actions are ranked by severity, then by how many packages here cannot do
without the package (a broken base breaks them all), then by the points of health that mending brings.
"""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Action:
    """Something to do.

    Attributes:
        judged: the package that it is about.
        finding: what it mends.
        reach: how many packages here cannot do without the package; None where only those that are named were read.
        gain: the points of health that it brings.
    """

    judged: Judged
    finding: Finding
    reach: int | None
    gain: float

    @property
    def rank(self) -> tuple[int, int, float, str]:
        """What comes first is smallest."""
        severity = list(Severity).index(self.finding.severity)
        return (severity, -(self.reach or 0), -self.gain, self.judged.name)


def blocks(examined: Examined) -> tuple[Block, ...]:
    """The first actions in order, and how many there are in all."""
    actions = sorted(
        (
            Action(judged, finding, _reach(judged, examined), _gain(judged, finding))
            for judged in examined.focus
            for finding in judged.findings
            if finding.advice
        ),
        key=lambda action: action.rank,
    )
    rows = [_row(number, action) for number, action in enumerate(actions[:SHOWN], start=1)]
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


def _row(number: int, action: Action) -> tuple[Value, ...]:
    finding = action.finding
    return (
        number,
        action.judged.name,
        finding.severity,
        finding.advice,
        finding.message,
        f"{finding.file}:{finding.first_line}" if finding.first_line else finding.file,
        action.gain,
        action.reach,
    )


def _reach(judged: Judged, examined: Examined) -> int | None:
    if examined.is_named and len(examined.packages) == len(examined.focus):
        return None
    return len(examined.ecosystem.users_of(judged.name, hard=True))


def _gain(judged: Judged, finding: Finding) -> float:
    """Its share of the points that its part lost, which is never more than the part has."""
    lost = sum(other.share for other in judged.findings if other.category is finding.category)
    return round(WEIGHTS[finding.category] * finding.share / max(1.0, lost), 1)


COMMAND = Command(
    name="next",
    summary="What to do first about the R packages in a folder, ranked.",
    budget_s=THOROUGH_S,
    parts=JUDGED_PARTS,
    blocks=blocks,
)
