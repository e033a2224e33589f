"""The one result model: what a command found, from which every format is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rforge.checks.documentation import check_documentation
from rforge.checks.metadata import check_metadata
from rforge.checks.namespace import check_namespace
from rforge.checks.news import check_news
from rforge.checks.tests import check_tests
from rforge.checks.vignettes import check_vignettes
from rforge.findings import Severity
from rforge.health import Health, judge_health

if TYPE_CHECKING:
    from rforge.findings import Finding
    from rforge.package.survey import Package
    from rforge.request import Mode

CHECKS = (check_metadata, check_namespace, check_documentation, check_tests, check_news, check_vignettes)

_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class PackageReport:
    """A package, what is wrong with it (the worst first), and how healthy that leaves it."""

    package: Package
    findings: tuple[Finding, ...]
    health: Health


@dataclass(frozen=True)
class Report:
    """What a command found.

    Attributes:
        command: `status` or `analyze`.
        mode: the mode that it ran in.
        path: the folder that was asked for.
        context: what the user is after, in their own words, or empty.
        packages: a report for each package that was read.
        unread: folders of packages for which there was no time.
        budget_s: the time budget, in seconds.
        elapsed_s: the time that was used, in seconds.
        partial: whether time ran out before everything was read.
    """

    command: str
    mode: Mode
    path: str
    context: str
    packages: tuple[PackageReport, ...]
    unread: tuple[str, ...]
    budget_s: float
    elapsed_s: float
    partial: bool


def report_package(package: Package) -> PackageReport:
    """Judge what was read of a package."""
    found = (finding for check in CHECKS for finding in check(package))
    findings = sorted(found, key=lambda finding: _RANK[finding.severity])
    return PackageReport(package, tuple(findings), judge_health(package, findings))
