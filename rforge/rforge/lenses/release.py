"""Mode release: what stands between a package and CRAN, point by point, and the order in which packages can go there."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Tuple

from rforge.commands.deps import release_order
from rforge.lenses.lens import Lens
from rforge.lenses.points.table import POINTS
from rforge.package.survey import JUDGED_PARTS
from rforge.report import Readiness, table
from rforge.request import Mode

if TYPE_CHECKING:
    from rforge.examined import Examined, Judged
    from rforge.report import Block, Table, Value

Answers = List[Tuple[str, Readiness, str]]


def blocks(examined: Examined) -> tuple[Block, ...]:
    """The verdict on each package, its points, and the order of release."""
    answers = [(judged, _answers(judged, examined)) for judged in examined.focus]
    return (_verdicts(answers), _points(answers), release_order(examined))


def _answers(judged: Judged, examined: Examined) -> Answers:
    answers = []
    for title, ask in POINTS.items():
        examined.deadline.check()
        answers.append((title, *ask(judged, examined)))
    return answers


def _verdicts(answers: list[tuple[Judged, Answers]]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for judged, points in answers:
        verdicts = [readiness for _, readiness, _ in points]
        counts = [verdicts.count(readiness) for readiness in Readiness]
        rows.append((judged.name, judged.package.description.version, verdict(verdicts), *counts))
    columns = {
        "package": "Package",
        "version": "Version",
        "verdict": "Verdict",
        **{readiness.value: f"{readiness.value.capitalize()} points" for readiness in Readiness},
    }
    return table("readiness", "Ready for CRAN", columns, rows)


def verdict(points: list[Readiness]) -> Readiness:
    """A package has a problem where a point has one, and is ready only where all of them are."""
    if Readiness.PROBLEM in points:
        return Readiness.PROBLEM
    return Readiness.UNKNOWN if Readiness.UNKNOWN in points else Readiness.READY


def _points(answers: list[tuple[Judged, Answers]]) -> Table:
    rows: list[tuple[Value, ...]] = [
        (judged.name, title, readiness, evidence)
        for judged, points in answers
        for title, readiness, evidence in points
    ]
    columns = {"package": "Package", "point": "Point", "verdict": "Verdict", "evidence": "What was seen"}
    return table("points", "Point by point", columns, rows)


LENS = Lens(Mode.RELEASE, JUDGED_PARTS | {"inventory", "git", "check_results"}, blocks, looks_at_all=True)
