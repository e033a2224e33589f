from __future__ import annotations

from dataclasses import replace

from rforge.checks.tests import check_tests

RUNNER = {"tests/testthat.R": ""}
CASE = {"tests/testthat/test-a.R": "test_that('a', {})"}


def messages(package) -> list[str]:
    return [finding.message for finding in check_tests(package)]


def test_tests_that_r_runs_by_a_declared_framework_have_no_findings(build) -> None:
    assert messages(build({**RUNNER, **CASE}, "Suggests: testthat\n")) == []


def test_no_tests_cost_the_whole_part(build) -> None:
    (finding,) = check_tests(build())
    assert finding.share == 1.0


def test_tests_that_r_does_not_run_are_found(build) -> None:
    assert messages(build(CASE, "Suggests: testthat\n")) == [
        "No script in tests/ runs the tests, so that R CMD check does not run them."
    ]


def test_a_framework_that_is_not_declared_is_found(build) -> None:
    assert messages(build({**RUNNER, **CASE})) == [
        "The tests need testthat, and DESCRIPTION does not declare it."
    ]


def test_files_without_a_single_test_are_found(build) -> None:
    package = build({**RUNNER, "tests/testthat/test-a.R": "# nothing"}, "Suggests: testthat\n")
    assert messages(package) == ["The testthat files hold no test."]


def test_plain_scripts_need_no_framework(build) -> None:
    assert messages(build({"tests/a.R": "stopifnot(TRUE)"})) == []


def test_tests_that_were_not_read_are_not_judged(build) -> None:
    assert messages(replace(build(), testing=None)) == []
