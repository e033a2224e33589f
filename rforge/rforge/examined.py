"""What a command and a lens speak of: the packages that were read, judged, and how they depend on each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from rforge.checks.documentation import check_documentation
from rforge.checks.metadata import check_metadata
from rforge.checks.namespace import check_namespace
from rforge.checks.news import check_news
from rforge.checks.tests import check_tests
from rforge.checks.vignettes import check_vignettes
from rforge.ecosystem import Ecosystem
from rforge.findings import Severity
from rforge.health import judge_health
from rforge.package.version import is_version, version_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rforge.deadline import Deadline
    from rforge.findings import Finding
    from rforge.health import Health
    from rforge.package.survey import Package
    from rforge.request import Request

CHECKS = (check_metadata, check_namespace, check_documentation, check_tests, check_news, check_vignettes)

_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Judged:
    """A package, what is wrong with it (the worst first), and how healthy that leaves it."""

    package: Package
    findings: tuple[Finding, ...]
    health: Health

    @property
    def name(self) -> str:
        """The package's name, or its folder's where DESCRIPTION has none."""
        return self.package.description.name or self.package.folder

    def count(self, severity: Severity) -> int:
        """How many findings of that severity there are."""
        return sum(finding.severity is severity for finding in self.findings)


@dataclass(frozen=True)
class Examined:
    """Everything that is known when a command speaks.

    Attributes:
        request: what was asked for.
        packages: every package that was read.
        focus: those of them that the request is about: the named one, or all.
        is_named: whether the request names a package.
        ecosystem: how all of them depend on each other.
        previous: gives the score that the package in a folder had when its status was last asked for.
        deadline: to be minded by whatever takes long.
        unread: what there was no time for although all was read; whoever speaks adds to it.
    """

    request: Request
    packages: tuple[Judged, ...]
    focus: tuple[Judged, ...]
    is_named: bool
    ecosystem: Ecosystem
    previous: Callable[[str], int | None]
    deadline: Deadline
    unread: list[str] = field(default_factory=list)

    @cached_property
    def by_name(self) -> dict[str, Judged]:
        """The packages by name; of several with one name the first, as in the ecosystem."""
        return {judged.name: judged for judged in reversed(self.packages)}


def judge(package: Package) -> Judged:
    """Judge what was read of a package."""
    found = (finding for check in CHECKS for finding in check(package))
    findings = sorted(found, key=lambda finding: _RANK[finding.severity])
    return Judged(package, tuple(findings), judge_health(package, findings))


def ecosystem_of(packages: Sequence[Judged]) -> Ecosystem:
    """How the packages depend on each other."""
    return Ecosystem({judged.name: judged.package.description for judged in reversed(packages)})


def satisfies(version: str, operator: str, wanted: str) -> bool | None:
    """Whether a version is one that `operator wanted` takes, as R decides it; None where that cannot be said."""
    if not operator:
        return True
    if not (is_version(version) and is_version(wanted)):
        return None
    have, want = version_key(version), version_key(wanted)
    verdicts = {
        ">=": have >= want,
        ">": have > want,
        "<=": have <= want,
        "<": have < want,
        "==": have == want,
        "!=": have != want,
    }
    return verdicts[operator]
