"""A report as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rforge.render.sentences import (
    clean,
    contents_of,
    kind_of,
    name_of,
    partial_lines,
    score_of,
    tally_of,
    version_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rforge.report import PackageReport, Report

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")


def render(report: Report) -> str:
    """The report as Markdown: headings, and a table for what is tabular."""
    lines = [f"# rforge {report.command}", "", f"Mode: {report.mode.value}"]
    if report.context:
        lines += ["", f"Context: {_escaped(report.context)}"]
    lines += [f"\n> {_escaped(line)}" for line in partial_lines(report)]
    if report.command == "status":
        lines += ["", *_status(report)]
    else:
        for package in report.packages:
            lines += ["", *_analysis(package)]
    return "\n".join(lines)


def _status(report: Report) -> list[str]:
    rows = [
        (name_of(p.package), version_of(p.package), score_of(p), tally_of(p), contents_of(p.package))
        for p in report.packages
    ]
    return _table(("Package", "Version", "Health", "Findings", "Contents"), rows)


def _analysis(report: PackageReport) -> list[str]:
    package = report.package
    lines = [
        f"## {_escaped(name_of(package))} {_escaped(version_of(package))}",
        "",
        _escaped(package.description.title),
        "",
        f"In {_escaped(package.folder)}: {_escaped(kind_of(package))}. {_escaped(contents_of(package))}.",
        "",
        f"### Health: {score_of(report)}",
        "",
    ]
    parts = [
        (part.category.value, "not examined" if part.points is None else f"{part.points:g} of {part.weight}")
        for part in report.health.parts
    ]
    lines += [*_table(("Part", "Points"), parts), "", f"### Findings: {tally_of(report)}"]
    rows = [(f.severity.value, f.category.value, f.file, f.message) for f in report.findings]
    return [*lines, "", *_table(("Severity", "Part", "File", "What"), rows)] if rows else lines


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    lines = [_row(head), _row(tuple("---" for _ in head))]
    return lines + [_row(tuple(_escaped(cell) for cell in row)) for row in rows]


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", clean(text))
