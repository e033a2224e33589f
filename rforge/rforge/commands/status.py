"""`status`: a line for each package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.budgets import QUICK_S
from rforge.commands.command import Command
from rforge.findings import Severity
from rforge.package.survey import JUDGED_PARTS
from rforge.report import table

if TYPE_CHECKING:
    from rforge.examined import Examined, Judged
    from rforge.report import Block, Table, Value


def blocks(examined: Examined) -> tuple[Block, ...]:
    """Health and findings of each package, and how much there is of each part."""
    return (_packages(examined), contents(examined.focus))


def _packages(examined: Examined) -> Table:
    columns = {
        "package": "Package",
        "version": "Version",
        "kind": "Kind",
        "score": "Health",
        "change": "Change",
        "error": "Errors",
        "warning": "Warnings",
        "note": "Notes",
        "folder": "Folder",
    }
    return table("packages", "Packages", columns, [_row(judged, examined) for judged in examined.focus])


def _row(judged: Judged, examined: Examined) -> tuple[Value, ...]:
    description, score = judged.package.description, judged.health.score
    before = examined.previous(judged.package.folder)
    return (
        judged.name,
        description.version,
        kind_of(judged),
        score,
        None if before is None or score is None else score - before,
        *(judged.count(severity) for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)),
        judged.package.folder,
    )


def kind_of(judged: Judged) -> str:
    """`source`, or `installed`: such a package is judged only by what R left in it."""
    return "installed" if judged.package.description.is_installed else "source"


def contents(focus: tuple[Judged, ...]) -> Table:
    """How much there is of each part; nothing for a part that was not read or that R compiled away."""
    columns = {
        "package": "Package",
        "r_files": "R files",
        "code_lines": "Lines",
        "exports": "Exports",
        "s3_methods": "S3 methods",
        "help_pages": "Help pages",
        "tests": "Tests",
        "test_files": "Test files",
        "test_cases": "Cases",
        "vignettes": "Vignettes",
        "news": "News up to",
    }
    return table("contents", "Contents", columns, [_contents_row(judged) for judged in focus])


def _contents_row(judged: Judged) -> tuple[Value, ...]:
    package = judged.package
    sources, namespace, testing = package.sources, package.namespace, package.testing
    return (
        judged.name,
        sources.files if sources else None,
        sources.lines if sources else None,
        len(namespace.exports) if namespace else None,
        len(namespace.s3_methods) if namespace else None,
        package.manual.pages if package.manual else None,
        testing.framework if testing else None,
        testing.files if testing else None,
        testing.cases if testing else None,
        package.vignettes.files if package.vignettes else None,
        package.news.latest if package.news else None,
    )


COMMAND = Command(
    name="status",
    summary="Quick health summary of the R packages at or below a folder.",
    budget_s=QUICK_S,
    parts=JUDGED_PARTS,
    blocks=blocks,
)
