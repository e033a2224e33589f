from __future__ import annotations

from dataclasses import replace

from fixtures.reports import RUNS, make, nothing
from phasegate.telemetry.reading import Group, Intake
from phasegate.telemetry.reports.report import Report, Setting
from phasegate.telemetry.reports.validation import overall, validate
from phasegate.verdict import Verdict

GOOD = replace(RUNS, ok=1000, partial=0, failed=3, p50_s=1.0, p95_s=4.0, p99_s=9.0)


def good(**changes: object) -> Report:
    modes = {"default": 700, "debug": 200, "optimize": 50, "release": 50}
    groups = tuple(Group({"mode": mode}, replace(GOOD, ok=count, failed=0)) for mode, count in modes.items())
    return make(**{"totals": GOOD, "modes": groups, **changes})


def verdicts(report: Report) -> dict[str, Verdict]:
    return {check.subject: check.verdict for check in validate(report)}


def test_a_release_that_keeps_all_promises_passes() -> None:
    assert overall(validate(good())) is Verdict.PASS
    assert len(validate(good())) == 10


def test_nothing_heard_is_inconclusive_in_every_point() -> None:
    assert set(verdicts(nothing()).values()) == {Verdict.INCONCLUSIVE}


def test_a_quantile_beyond_its_limit_fails() -> None:
    slow = (Group({"mode": "default"}, replace(GOOD, p99_s=10.0)), *good().modes[1:])
    assert verdicts(good(modes=slow))["p99 in mode default below 10 s"] is Verdict.FAIL


def test_too_many_errors_fail_and_too_few_runs_say_nothing() -> None:
    assert verdicts(good(totals=replace(GOOD, failed=20)))["error rate below 1%"] is Verdict.FAIL
    few = replace(GOOD, ok=20, failed=0)
    assert verdicts(good(totals=few))["error rate below 1%"] is Verdict.INCONCLUSIVE


def test_a_release_that_nobody_has_fails_and_one_that_is_not_out_is_inconclusive() -> None:
    subject = "at least 10% of active installs have the release"
    assert verdicts(good(setting=Setting("9.9.9")))[subject] is Verdict.FAIL
    assert verdicts(good(setting=Setting()))[subject] is Verdict.INCONCLUSIVE


def test_a_mode_that_is_used_far_more_than_expected_fails() -> None:
    modes = (Group({"mode": "debug"}, GOOD), *good().modes[:1])
    assert verdicts(good(modes=modes))["mode debug in about 20% of runs"] is Verdict.FAIL


def test_many_lines_that_are_no_events_cast_doubt() -> None:
    intake = Intake(folders=("/logs",), events=90, rejected=10)
    assert verdicts(good(intake=intake))["logs can be read"] is Verdict.INCONCLUSIVE


def test_logs_that_cannot_be_read_are_no_pass() -> None:
    intake = Intake(folders=("/logs",), events=90, unreadable=("/logs: Permission denied",))
    assert verdicts(good(intake=intake))["logs can be read"] is Verdict.INCONCLUSIVE
