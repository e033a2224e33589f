"""A report as plain text in aligned columns."""

from __future__ import annotations

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


def render(report: Report) -> str:
    """The report as plain text."""
    lines = [f"rforge {report.command} (mode {report.mode.value})"]
    if report.context:
        lines.append(f"Context: {clean(report.context)}")
    lines += partial_lines(report)
    if report.command == "status":
        lines += ["", *_status(report)]
    else:
        for package in report.packages:
            lines += ["", *_analysis(package)]
    return "\n".join(lines)


def _status(report: Report) -> list[str]:
    rows = [("PACKAGE", "VERSION", "HEALTH", "FINDINGS")]
    rows += [(name_of(p.package), version_of(p.package), score_of(p), tally_of(p)) for p in report.packages]
    lines = _aligned(rows)
    lines.append("")
    lines += _aligned([(f"{name_of(p.package)}:", contents_of(p.package)) for p in report.packages])
    installed = sum(p.package.description.is_installed for p in report.packages)
    if installed:
        lines += ["", f"{installed} of them installed: their sources, tests and vignettes were not judged."]
    return lines


def _analysis(report: PackageReport) -> list[str]:
    package = report.package
    lines = [
        f"{name_of(package)} {version_of(package)} - {clean(package.description.title)}",
        f"  in {clean(package.folder)}: {kind_of(package)}",
        f"  {contents_of(package)}",
        f"  Health {score_of(report)}",
    ]
    parts = [
        (
            f"    {part.category.value}",
            "not examined" if part.points is None else f"{part.points:g}/{part.weight}",
        )
        for part in report.health.parts
    ]
    lines += _aligned(parts)
    lines.append(f"  Findings: {tally_of(report)}")
    found = [(f"    {f.severity.value.upper()}", clean(f.file), clean(f.message)) for f in report.findings]
    return lines + _aligned(found)


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
