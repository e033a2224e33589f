"""`analyze`: what is wrong with each package, and where its health score comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.budgets import THOROUGH_S
from rforge.commands.command import Command
from rforge.commands.status import contents, kind_of
from rforge.package.survey import JUDGED_PARTS
from rforge.report import Group, Groups, facts, table

if TYPE_CHECKING:
    from rforge.examined import Examined, Judged
    from rforge.report import Block, Facts, Table


def blocks(examined: Examined) -> tuple[Block, ...]:
    """A group for each package: who it is, its score part by part, its findings and its dependencies."""
    return (Groups("packages", tuple(_group(judged) for judged in examined.focus)), contents(examined.focus))


def _group(judged: Judged) -> Group:
    description = judged.package.description
    return Group(
        f"{judged.name} {description.version}",
        (_facts(judged), _parts(judged), findings(judged), _needs(judged)),
    )


def _facts(judged: Judged) -> Facts:
    package = judged.package
    return facts(
        "",
        "",
        {
            "package": ("Package", judged.name),
            "version": ("Version", package.description.version),
            "title": ("Title", package.description.title),
            "folder": ("Folder", package.folder),
            "kind": ("Kind", kind_of(judged)),
            "score": ("Health", judged.health.score),
            "not_examined": ("Not examined", package.unread),
        },
    )


def _parts(judged: Judged) -> Table:
    rows = [(part.category, part.points, part.weight) for part in judged.health.parts]
    return table("score_parts", "Health by part", {"part": "Part", "points": "Points", "of": "Of"}, rows)


def findings(judged: Judged) -> Table:
    """Everything that the checks say of a package, the worst first."""
    columns = {
        "severity": "Severity",
        "category": "Part",
        "file": "File",
        "line": "Line",
        "message": "What",
        "advice": "Advice",
    }
    rows = [
        (f.severity, f.category, f.file, f.first_line or None, f.message, f.advice) for f in judged.findings
    ]
    return table("findings", "Findings", columns, rows)


def _needs(judged: Judged) -> Table:
    columns = {"field": "Field", "package": "Package", "version": "Version"}
    rows = [
        (d.field, d.name, f"{d.operator} {d.version}".strip())
        for d in judged.package.description.dependencies
    ]
    return table("dependencies", "Dependencies", columns, rows)


COMMAND = Command(
    name="analyze",
    summary="Findings and health score of each R package at or below a folder.",
    budget_s=THOROUGH_S,
    parts=JUDGED_PARTS,
    blocks=blocks,
    answer_s=0.001,
)
