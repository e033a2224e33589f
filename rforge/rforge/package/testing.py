"""tests/: which framework a package's tests use, and how many there are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rforge.package.folder import PackageFolder

SUFFIXES = (".R", ".r")

_TESTTHAT_CASE = re.compile(r"^[^#\n]*?\b(?:test_that|it)\s*\(", re.MULTILINE)
_EXPECTATION = re.compile(r"^[^#\n]*?\b(?:expect_\w+|check[A-Z]\w+)\s*\(", re.MULTILINE)


@dataclass(frozen=True)
class Suite:
    """The tests of a package.

    Attributes:
        framework: `testthat`, `tinytest`, `RUnit`, `plain` (scripts that R runs), or empty without tests.
        files: how many files of tests there are.
        cases: calls of `test_that` and `it` for testthat, lines with an expectation for tinytest and RUnit, files for
            plain tests.
        is_run: whether `R CMD check` runs them: it runs the scripts in tests/ itself and nothing below.
    """

    framework: str = ""
    files: int = 0
    cases: int = 0
    is_run: bool = True


def read_testing(folder: PackageFolder) -> Suite:
    """The tests of the package in `folder`; the first framework with a file of tests counts."""
    runners = folder.files("tests", (*SUFFIXES, ".Rin"))
    testthat = _test_files(folder, "tests/testthat") or _test_files(folder, "inst/tests")
    if testthat:
        return Suite("testthat", len(testthat), _count(folder, testthat, _TESTTHAT_CASE), bool(runners))
    for framework, place in (
        ("tinytest", "inst/tinytest"),
        ("RUnit", "inst/unitTests"),
        ("RUnit", "inst/RUnit"),
    ):
        files = folder.files(place, SUFFIXES)
        if files:
            return Suite(framework, len(files), _count(folder, files, _EXPECTATION), bool(runners))
    return Suite("plain", len(runners), len(runners)) if runners else Suite()


def _test_files(folder: PackageFolder, place: str) -> tuple[str, ...]:
    """The tests among the files, as testthat takes them: those whose names start in `test`; the others help."""
    return tuple(path for path in folder.files(place, SUFFIXES) if path.rpartition("/")[2].startswith("test"))


def _count(folder: PackageFolder, files: tuple[str, ...], pattern: re.Pattern[str]) -> int:
    texts = (folder.read(path) for path in files)
    return sum(len(pattern.findall(file.text)) for file in texts if file is not None)
