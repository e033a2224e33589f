from __future__ import annotations

from rforge.package.testing import Suite


def test_testthat_files_start_in_test_and_hold_cases(build) -> None:
    package = build(
        {
            "tests/testthat.R": "test_check('tiny')",
            "tests/testthat/test-a.R": "test_that('a', {})\n  it('b', {})\n# test_that('c', {})\n",
            "tests/testthat/helper.R": "test_that('no', {})",
        }
    )
    assert package.testing == Suite("testthat", files=1, cases=2, is_run=True)


def test_testthat_without_a_script_in_tests_is_not_run(build) -> None:
    assert not build({"tests/testthat/test-a.R": "test_that('a', {})"}).testing.is_run


def test_tinytest_lies_in_inst(build) -> None:
    package = build(
        {"tests/tinytest.R": "", "inst/tinytest/test_a.R": "expect_equal(1, 1)\nexpect_true(TRUE)\n"}
    )
    assert package.testing == Suite("tinytest", files=1, cases=2, is_run=True)


def test_runit_lies_in_inst(build) -> None:
    assert build({"inst/unitTests/runit.a.R": "checkEquals(1, 1)"}).testing == Suite(
        "RUnit", 1, 1, is_run=False
    )


def test_scripts_alone_are_plain_tests(build) -> None:
    assert build({"tests/a.R": "", "tests/b.R": ""}).testing == Suite("plain", 2, 2)


def test_no_tests_is_no_framework(build) -> None:
    assert build().testing == Suite()
