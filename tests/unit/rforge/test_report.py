from __future__ import annotations

from rforge.report import report_package


def test_a_healthy_package_has_no_findings_and_all_points(fixtures, clock) -> None:
    from rforge.deadline import Deadline
    from rforge.package.survey import survey

    report = report_package(survey(fixtures / "medfit", "medfit", Deadline.after(5, clock)))
    assert report.findings == ()
    assert report.health.score == 100


def test_the_worst_findings_come_first(fixtures, clock) -> None:
    from rforge.deadline import Deadline
    from rforge.package.survey import survey

    report = report_package(survey(fixtures / "probmed", "probmed", Deadline.after(5, clock)))
    assert [finding.severity.value for finding in report.findings] == ["error", *["warning"] * 4, "note"]
    assert report.health.score == 50


def test_an_installed_package_is_judged_by_what_it_has(build) -> None:
    report = report_package(
        build({"NAMESPACE": "export(a)", "help/AnIndex": "a\ta\n", "NEWS.md": "# tiny 1.0.0"}, "Built: R 4\n")
    )
    assert report.findings == ()
    assert report.health.score == 100
    assert [part.category.value for part in report.health.parts if part.points is None] == [
        "tests",
        "vignettes",
    ]
