from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rforge.commands import BUDGET_S, run_command
from rforge.errors import TimeBudgetExceeded, ValidationError
from rforge.request import Request

if TYPE_CHECKING:
    from pathlib import Path


def test_the_budgets_are_those_of_the_default_mode() -> None:
    assert BUDGET_S == {"status": 5.0, "analyze": 10.0}


def test_every_package_below_the_folder_is_reported(fixtures: Path, clock) -> None:
    report = run_command("status", Request(path=str(fixtures)), clock)
    assert [p.package.description.name for p in report.packages] == ["medfit", "probmed"]
    assert [p.package.folder for p in report.packages] == ["medfit", "probmed"]
    assert not report.partial


def test_a_context_that_names_a_package_narrows_it_down(fixtures: Path, clock) -> None:
    report = run_command("analyze", Request(path=str(fixtures), context="MedFit"), clock)
    assert [p.package.description.name for p in report.packages] == ["medfit"]


def test_any_other_context_is_kept_as_the_user_s_words(fixtures: Path, clock) -> None:
    report = run_command("analyze", Request(path=str(fixtures), context="is it ready?"), clock)
    assert report.context == "is it ready?"
    assert len(report.packages) == 2


def test_a_folder_without_packages_is_refused(tmp_path: Path, clock) -> None:
    with pytest.raises(ValidationError):
        run_command("status", Request(path=str(tmp_path)), clock)


@pytest.mark.parametrize("command", ["status", "analyze"])
def test_no_command_works_on_after_its_budget(fixtures: Path, clock, command: str) -> None:
    clock.step_s = 0.4
    with pytest.raises(TimeBudgetExceeded) as caught:
        run_command(command, Request(path=str(fixtures)), clock)
    assert caught.value.partial is not None
    assert caught.value.partial.partial
    looks_after_the_end = 3  # the one that finds out, the one before the next package, the one for the report
    assert caught.value.partial.elapsed_s <= BUDGET_S[command] + looks_after_the_end * clock.step_s


def test_a_partial_report_keeps_what_is_done_and_names_what_is_not(fixtures: Path, clock) -> None:
    clock.step_s = 10.0 / 30
    with pytest.raises(TimeBudgetExceeded) as caught:
        run_command("analyze", Request(path=str(fixtures)), clock)
    partial = caught.value.partial
    assert [p.package.folder for p in partial.packages] == ["medfit"]
    assert partial.unread == ("probmed",)


def test_time_that_runs_out_inside_the_last_package_makes_the_report_partial(fixtures: Path, clock) -> None:
    clock.step_s = 10.0 / 20
    with pytest.raises(TimeBudgetExceeded) as caught:
        run_command("analyze", Request(path=str(fixtures / "medfit")), clock)
    (package,) = caught.value.partial.packages
    assert package.package.folder == "."
    assert "sources" in package.package.unread


def test_a_search_that_does_not_end_is_a_partial_report_without_packages(fixtures: Path, clock) -> None:
    clock.step_s = 4.0
    with pytest.raises(TimeBudgetExceeded) as caught:
        run_command("status", Request(path=str(fixtures)), clock)
    assert caught.value.partial.packages == ()
    assert caught.value.partial.partial
