from __future__ import annotations

import re
from pathlib import Path

import pytest

from rforge.budgets import Budget
from rforge.commands.table import COMMANDS
from rforge.deadline import Deadline
from rforge.errors import Cancelled, PluginError, ValidationError
from rforge.request import Mode, Request
from rforge.running import Run


def test_every_package_below_the_folder_is_judged(fixtures: Path, make_run) -> None:
    run = make_run("status", fixtures)
    assert [(judged.name, judged.package.folder) for judged in run.judged] == [
        ("medfit", "medfit"),
        ("probmed", "probmed"),
    ]
    assert not run.report().partial


def test_a_context_that_names_a_package_narrows_it_down(fixtures: Path, make_run) -> None:
    assert [judged.name for judged in make_run("analyze", fixtures, context="MedFit").judged] == ["medfit"]


def test_any_other_context_is_kept_as_the_user_s_words(fixtures: Path, make_run) -> None:
    run = make_run("analyze", fixtures, context="is it any good?")
    assert run.report().request.context == "is it any good?"
    assert len(run.judged) == 2


COMPLAINT = "No package here is called 'medft'; there is medfit, probmed."


def test_the_impact_of_a_name_that_no_package_has_is_an_error_that_names_those_there_are(
    fixtures: Path, make_run
) -> None:
    with pytest.raises(ValidationError, match=COMPLAINT):
        make_run("impact", fixtures, context="medft")


@pytest.mark.parametrize("command", sorted({*COMMANDS} - {"impact"}))
def test_any_other_command_says_that_no_package_is_called_so_and_speaks_of_all(
    fixtures: Path, make_run, command: str
) -> None:
    run = make_run(command, fixtures, context="medft")
    assert COMPLAINT in run.report().warnings
    assert len(run.judged) == 2


def test_a_name_may_be_that_of_a_package_in_a_folder_that_was_not_searched(
    write_ecosystem, make_run, anybody
) -> None:
    root = write_ecosystem({"open": ""})
    (root / "locked").mkdir(mode=0)
    with anybody(), pytest.raises(ValidationError, match="there is open; not searched: locked"):
        make_run("impact", Path(root.name), context="secret")


@pytest.mark.parametrize("words", ["slow", "release", "default", "why?", "why so low", "\u70ba\u4ec0\u9ebc"])
def test_words_that_can_be_no_name_are_taken_as_they_are(fixtures: Path, make_run, words: str) -> None:
    assert make_run("impact", fixtures, context=words).report().warnings == ()


def test_a_command_about_dependencies_reads_them_all_and_speaks_of_the_named_one(
    fixtures: Path, make_run
) -> None:
    run = make_run("impact", fixtures, context="medfit")
    assert len(run.judged) == 2
    (groups,) = run.report().blocks
    assert [group.title for group in groups.groups] == ["Changing medfit 0.2.1"]


def test_a_folder_without_packages_is_refused(tmp_path: Path, make_run) -> None:
    with pytest.raises(ValidationError):
        make_run("status", tmp_path)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_no_command_works_on_after_a_hard_budget(fixtures: Path, clock, make_run, command: str) -> None:
    clock.step_s = 0.4
    report = make_run(command, fixtures, limit_s=3.0).report()
    assert report.partial
    looks_after_the_end = 4  # the one that finds out, the one for the next package, and those of the report
    assert report.timings.elapsed_s <= 3.0 + looks_after_the_end * clock.step_s


def test_a_partial_report_keeps_what_is_done_and_names_what_is_not(fixtures: Path, clock, make_run) -> None:
    clock.step_s = 0.1
    reports = [make_run("analyze", fixtures, limit_s=tenths / 10).report() for tenths in range(1, 50)]
    report = next(report for report in reports if report.unread == ("probmed",))
    assert report.partial
    assert [group.title for group in report.blocks[0].groups] == ["medfit 0.2.1"]


def test_time_that_runs_out_inside_the_last_package_makes_the_report_partial(
    fixtures: Path, clock, make_run
) -> None:
    clock.step_s = 0.5
    run = make_run("analyze", fixtures / "medfit", limit_s=10.0)
    assert run.report().partial
    assert ".: sources" in run.report().unread
    assert run.scores() == {}


def test_a_search_that_does_not_end_is_a_partial_report_without_packages(
    fixtures: Path, clock, make_run
) -> None:
    clock.step_s = 4.0
    report = make_run("status", fixtures, limit_s=5.0).report()
    assert (report.partial, report.unread, report.blocks[0].rows) == (True, (), ())


def test_a_report_can_be_had_before_the_work_is_done(fixtures: Path, clock) -> None:
    run = Run("status", Request(path=str(fixtures)), Deadline.after(5, clock))
    assert run.report().partial


def test_a_budget_that_is_no_limit_is_told_and_everything_is_examined(fixtures: Path, clock) -> None:
    warned: list[Exception] = []
    clock.step_s = 1.0
    deadline = Deadline(Budget(5, is_hard=False), clock, warn=warned.append)
    run = Run("status", Request(path=str(fixtures), mode=Mode.DEBUG), deadline)
    run.work()
    report = run.report()
    assert (len(run.judged), report.partial, len(warned)) == (2, False, 1)
    assert report.warnings == ("The time budget of 5 s was used up on the way.",)


def test_a_cancelled_run_stops(fixtures: Path, clock) -> None:
    run = Run(
        "status",
        Request(path=str(fixtures)),
        Deadline(Budget(5, is_hard=True), clock, cancelled=lambda: True),
    )
    with pytest.raises(Cancelled):
        run.work()


def test_progress_is_told_package_by_package(fixtures: Path, clock) -> None:
    told: list[tuple[int, int]] = []
    request = Request(path=str(fixtures))
    run = Run(
        "status", request, Deadline.after(5, clock), progress=lambda done, total: told.append((done, total))
    )
    run.work()
    assert told == [(0, 2), (1, 2)]


def test_the_steps_of_the_time_add_up(fixtures: Path, clock, make_run) -> None:
    clock.step_s = 0.01
    timings = make_run("status", fixtures).report().timings
    assert timings.search_s > 0
    assert timings.reading_s > timings.search_s
    steps = timings.search_s + timings.reading_s + timings.judging_s
    assert steps == pytest.approx(timings.elapsed_s, abs=0.002)


def test_the_time_of_the_answer_is_iso_8601_in_utc(fixtures: Path, make_run) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", make_run("status", fixtures).report().time)


def test_a_lens_that_breaks_is_a_plugin_error_and_the_report_can_do_without_it(
    fixtures: Path, make_run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rforge.lenses.lens import Lens

    run = make_run("status", fixtures, mode=Mode.DEBUG)
    run.lens = Lens(Mode.DEBUG, frozenset(), lambda examined: ()[len(examined.focus)])
    with pytest.raises(PluginError, match="mode debug adds is switched off: it broke \\(IndexError"):
        run.report()
    report = run.report(frozenset(("debug",)))
    assert "switched off" in report.warnings[0]
    assert [block.key for block in report.blocks] == ["packages", "contents"]


def test_packages_that_r_installed_are_said_to_be_judged_by_what_is_there(
    build, tmp_path: Path, make_run
) -> None:
    build({}, "Built: R 4.2.2; ; 2023-01-01; unix\n")
    assert make_run("status", tmp_path).report().warnings[0].startswith("1 installed: their sources")


def test_reading_stops_in_time_for_the_answer(fixtures: Path, clock, make_run) -> None:
    clock.step_s = 0.0
    command = COMMANDS["status"]
    assert make_run("status", fixtures, limit_s=command.answer_s / 2).report().unread == ("probmed",)


def test_folders_that_were_not_searched_are_told(fixtures: Path, make_run) -> None:
    run = make_run("status", fixtures)
    assert run.report().warnings == ()
    run._unsearched += ["b/locked", "a"]
    assert run.report().warnings == ("Not searched, because they cannot be read: a, b/locked.",)
