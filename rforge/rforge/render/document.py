"""A report as plain data: what the JSON format writes, and what scripts can rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rforge.findings import Finding
    from rforge.package.survey import Package
    from rforge.report import PackageReport, Report

SCHEMA = 1


def as_document(report: Report) -> dict[str, Any]:
    """The report as values that JSON knows; `status` has no findings, only their numbers."""
    return {
        "schema": SCHEMA,
        "command": report.command,
        "mode": report.mode.value,
        "path": report.path,
        "context": report.context,
        "partial": report.partial,
        "unread": list(report.unread),
        "budget_s": report.budget_s,
        "elapsed_s": report.elapsed_s,
        "packages": [_package(package, report.command == "analyze") for package in report.packages],
    }


def counts(package: Package) -> dict[str, int | str | None]:
    """How much there is of each part; None for a part that was not read."""
    namespace, testing, news = package.namespace, package.testing, package.news
    return {
        "exports": len(namespace.exports) if namespace else None,
        "export_patterns": len(namespace.export_patterns) if namespace else None,
        "s3_methods": len(namespace.s3_methods) if namespace else None,
        "r_files": package.sources.files if package.sources else None,
        "code_lines": package.sources.lines if package.sources else None,
        "help_pages": package.manual.pages if package.manual else None,
        "test_framework": testing.framework if testing else None,
        "test_files": testing.files if testing else None,
        "test_cases": testing.cases if testing else None,
        "news_version": news.latest if news else None,
        "vignettes": package.vignettes.files if package.vignettes else None,
    }


def finding_counts(findings: tuple[Finding, ...]) -> dict[str, int]:
    """How many findings there are of each severity, `info` left out: it asks for nothing."""
    names = [finding.severity.value for finding in findings]
    return {name: names.count(name) for name in ("error", "warning", "note")}


def _package(report: PackageReport, is_full: bool) -> dict[str, Any]:
    package = report.package
    description = package.description
    document: dict[str, Any] = {
        "package": description.name,
        "version": description.version,
        "title": description.title,
        "folder": package.folder,
        "kind": "installed" if description.is_installed else "source",
        "score": report.health.score,
        "finding_counts": finding_counts(report.findings),
        "counts": counts(package),
        "not_examined": list(package.unread),
    }
    if is_full:
        document["score_parts"] = [
            {"part": part.category.value, "points": part.points, "of": part.weight}
            for part in report.health.parts
        ]
        document["dependencies"] = [
            {"field": d.field, "package": d.name, "version": f"{d.operator} {d.version}".strip()}
            for d in description.dependencies
        ]
        document["findings"] = [
            {
                "severity": finding.severity.value,
                "category": finding.category.value,
                "file": finding.file,
                "message": finding.message,
            }
            for finding in report.findings
        ]
    return document
