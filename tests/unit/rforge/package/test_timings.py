from __future__ import annotations

from rforge.package.survey import JUDGED_PARTS, survey
from rforge.package.timings import Timing, parse_junit


def test_each_case_has_its_time() -> None:
    text = '<?xml version="1.0"?><testsuites><testsuite><testcase time="0.25" classname="fit" name="a"/><testcase name="b"/></testsuite></testsuites>'
    assert parse_junit("x.xml", text) == (Timing("fit: a", 0.25, "x.xml"),)


def test_a_report_with_a_document_type_is_refused() -> None:
    text = '<!DOCTYPE x [<!ENTITY a "aa">]><testcase time="1" name="&a;"/>'
    assert parse_junit("x.xml", text) == ()


def test_of_a_report_that_is_cut_off_the_beginning_counts() -> None:
    assert parse_junit("x", '<a><testcase time="1" name="b"/><testcase ti') == (Timing("b", 1.0, "x"),)
    assert parse_junit("x", '<testcase time="nan" name="b"/>') == ()


def test_reports_lie_below_tests_and_in_a_check(write_package, deadline) -> None:
    report = '<testcase time="1" name="a"/>'
    root = write_package({"tests/testthat/out/a.xml": report, "tiny.Rcheck/tests/b.xml": report})
    package = survey(root, "tiny", deadline, JUDGED_PARTS | {"timings"})
    assert [timing.file for timing in package.timings] == [
        "tests/testthat/out/a.xml",
        "tiny.Rcheck/tests/b.xml",
    ]
