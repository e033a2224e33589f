"""What was tried: tests, and `R CMD check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.findings import Category
from rforge.lenses.points.answer import answer_of_checks, problem, ready, unknown
from rforge.lenses.points.r_check import NOT_ASKED, run_check

if TYPE_CHECKING:
    from rforge.examined import Examined, Judged
    from rforge.lenses.points.answer import Answer
    from rforge.package.check_results import CheckResults, Complaint

_MISSING_TOOL = "is needed for checks on"


def ask_tests(judged: Judged, _: Examined) -> Answer:
    """Whether there are tests that R CMD check runs."""
    return answer_of_checks(judged, Category.TESTS)


def ask_check(judged: Judged, examined: Examined) -> Answer:
    """What `R CMD check` said: run now where that was asked for, else as its results lie on disk."""
    if examined.request.check and not judged.package.description.is_installed:
        ran = run_check(judged, examined)
        if isinstance(ran, str):
            return unknown(ran)
        return _checked(ran, f"run just now with --as-cran; {NOT_ASKED}")
    results = judged.package.check_results
    if results is None:
        return unknown("No results of R CMD check were found; ask for it with `--check` (it needs R).")
    version = judged.package.description.version
    if results.version != version:
        return unknown(f"{results.file} is about version {results.version or '?'}, not {version}.")
    return _checked(results, f"{results.file}, which may be older than the code")


def _checked(results: CheckResults, source: str) -> Answer:
    """An error or a warning is a problem; a note is for a person to look at, so that it is neither that nor ready.

    What this machine lacks for a check is no fault of the package, and leaves the check open.
    """
    counts = f"{results.errors} errors, {results.warnings} warnings, {results.notes} notes ({source})"
    said = " ".join((f"{counts}.", *(_worded(complaint) for complaint in results.complaints)))
    if any(each.kind == "ERROR" and each.check == "package dependencies" for each in results.complaints):
        return unknown(f"R could not check it here: {said}")
    lacking = sum(each.kind == "WARNING" and _MISSING_TOOL in each.text for each in results.complaints)
    if results.errors or results.warnings > lacking:
        return problem(said)
    if not results.status:
        return unknown(f"The check did not end: {said}")
    return unknown(f"Look at this: {said}") if results.notes or lacking else ready(counts)


def _worded(complaint: Complaint) -> str:
    return f"{complaint.kind}, checking {complaint.check}: {complaint.text or '-'}"
