"""tests/: whether there are tests, and whether R runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.findings import Category, Finder, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.findings import Finding
    from rforge.package.survey import Package

_FEW = 0.5
_finding = Finder(Category.TESTS, "tests")


def check_tests(package: Package) -> Iterator[Finding]:
    """Findings about the tests."""
    testing = package.testing
    if testing is None:
        return
    if not testing.framework:
        yield _finding(
            Severity.WARNING,
            "There are no tests.",
            "Write a first test, with testthat or tinytest.",
            cost=1.0,
        )
        return
    if not testing.is_run:
        yield _finding(
            Severity.WARNING,
            "No script in tests/ runs the tests, so that R CMD check does not run them.",
            f"Add a script in tests/ that runs {testing.framework}.",
        )
    if testing.framework in ("testthat", "tinytest", "RUnit"):
        yield from _check_framework(package, testing.framework)
    if testing.framework != "plain" and testing.cases == 0:
        yield _finding(
            Severity.WARNING,
            f"The {testing.framework} files hold no test.",
            "Write a test in one of them.",
            cost=_FEW,
        )


def _check_framework(package: Package, framework: str) -> Iterator[Finding]:
    description = package.description
    if framework not in description.declared() and framework != description.name:
        yield _finding(
            Severity.WARNING,
            f"The tests need {framework}, and DESCRIPTION does not declare it.",
            f"Name {framework} in Suggests.",
            file="DESCRIPTION",
            line=description.lines.get("Suggests", 0),
        )
