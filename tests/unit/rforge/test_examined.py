from __future__ import annotations

import pytest

from rforge.deadline import Deadline
from rforge.examined import judge, satisfies
from rforge.findings import Severity
from rforge.package.survey import survey


def test_a_healthy_package_has_no_findings_and_all_points(fixtures, clock) -> None:
    judged = judge(survey(fixtures / "medfit", "medfit", Deadline.after(5, clock)))
    assert (judged.findings, judged.health.score) == ((), 100)


def test_the_worst_findings_come_first(fixtures, clock) -> None:
    judged = judge(survey(fixtures / "probmed", "probmed", Deadline.after(5, clock)))
    assert [finding.severity.value for finding in judged.findings] == ["error", *["warning"] * 4, "note"]
    assert (judged.health.score, judged.count(Severity.WARNING)) == (50, 4)


def test_an_installed_package_is_judged_by_what_it_has(build) -> None:
    files = {"NAMESPACE": "export(a)", "help/AnIndex": "a\ta\n", "NEWS.md": "# tiny 1.0.0"}
    judged = judge(build(files, "Built: R 4\n"))
    assert (judged.findings, judged.health.score) == ((), 100)
    assert [part.category.value for part in judged.health.parts if part.points is None] == [
        "tests",
        "vignettes",
    ]


def test_a_package_without_a_name_is_called_by_its_folder(build) -> None:
    assert judge(build({"DESCRIPTION": "Title: None\n"})).name == "tiny"


@pytest.mark.parametrize(
    ("operator", "wanted", "verdict"),
    [
        ("", "", True),
        (">=", "1.2", True),
        (">=", "1.2.1", False),
        (">=", "1.2.0", True),
        ("==", "1.2.0", True),
        (">", "1.2", False),
        ("<=", "1.2.0", True),
        ("<", "1.10", True),
        ("==", "1-2", True),
        ("!=", "1.2", False),
        (">=", "r1234", None),
    ],
)
def test_a_version_is_compared_as_r_does(operator: str, wanted: str, verdict: bool | None) -> None:
    assert satisfies("1.2", operator, wanted) is verdict
