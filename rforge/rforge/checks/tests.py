"""tests/: whether there are tests, and whether R runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.findings import Category, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.package.survey import Package

_FEW = 0.5


def check_tests(package: Package) -> Iterator[Finding]:
    """Findings about the tests."""
    testing = package.testing
    if testing is None:
        return
    if not testing.framework:
        yield _finding(Severity.WARNING, "There are no tests.", cost=1.0)
        return
    if not testing.is_run:
        yield _finding(
            Severity.WARNING, "No script in tests/ runs the tests, so that R CMD check does not run them."
        )
    if testing.framework in ("testthat", "tinytest", "RUnit"):
        yield from _check_framework(package, testing.framework)
    if testing.framework != "plain" and testing.cases == 0:
        yield _finding(Severity.WARNING, f"The {testing.framework} files hold no test.", cost=_FEW)


def _check_framework(package: Package, framework: str) -> Iterator[Finding]:
    description = package.description
    if framework not in description.declared() and framework != description.name:
        yield Finding(
            Severity.WARNING,
            Category.TESTS,
            "DESCRIPTION",
            f"The tests need {framework}; name it in Suggests.",
        )


def _finding(severity: Severity, message: str, cost: float | None = None) -> Finding:
    return Finding(severity, Category.TESTS, "tests", message, cost)
