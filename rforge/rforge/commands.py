"""The commands: find the packages, read and judge each, stop when the budget is used up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rforge.deadline import Deadline
from rforge.discovery import find_packages
from rforge.errors import TimeBudgetExceeded
from rforge.package.survey import survey
from rforge.report import Report, report_package

if TYPE_CHECKING:
    from collections.abc import Callable

    from rforge.discovery import Found
    from rforge.report import PackageReport
    from rforge.request import Request

BUDGET_S = {"status": 5.0, "analyze": 10.0}
"""The commands, each with its hard time budget in mode default, in seconds."""


def run_command(command: str, request: Request, clock: Callable[[], float]) -> Report:
    """Run `status` or `analyze`.

    Raises:
        ValidationError: there is no package to look at.
        TimeBudgetExceeded: time ran out; `partial` is what was done until then.
    """
    deadline = Deadline.after(BUDGET_S[command], clock)
    found: tuple[Found, ...] = ()
    done: list[PackageReport] = []
    try:
        found = _narrowed(find_packages(request.path, deadline), request.context)
        for package in found:
            deadline.check()
            done.append(report_package(survey(package.folder, _name(package, request.path), deadline)))
    except TimeBudgetExceeded as error:
        partial = _report(command, request, deadline, found, done)
        raise TimeBudgetExceeded(error.budget_s, partial) from error
    report = _report(command, request, deadline, found, done)
    if report.partial:
        raise TimeBudgetExceeded(deadline.budget_s, report)
    return report


def _report(
    command: str, request: Request, deadline: Deadline, found: tuple[Found, ...], done: list[PackageReport]
) -> Report:
    unread = tuple(_name(package, request.path) for package in found[len(done) :])
    is_partial = bool(unread) or not found or any(package.package.unread for package in done)
    return Report(
        command=command,
        mode=request.mode,
        path=request.path,
        context=request.context,
        packages=tuple(done),
        unread=unread,
        budget_s=deadline.budget_s,
        elapsed_s=round(deadline.elapsed_s, 3),
        partial=is_partial,
    )


def _narrowed(found: tuple[Found, ...], context: str) -> tuple[Found, ...]:
    """The package that the context names, if it names one; any other context is the user's own words."""
    named = tuple(package for package in found if package.is_called(context))
    return named if context and named else found


def _name(package: Found, path: str) -> str:
    """The package's folder relative to the one that was asked for."""
    return package.folder.relative_to(Path(path).expanduser()).as_posix()
