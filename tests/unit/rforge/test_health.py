from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rforge.deadline import Deadline
from rforge.findings import Category, Finding, Severity
from rforge.health import WEIGHTS, judge_health
from rforge.package.survey import Package, survey

FINDINGS = st.lists(
    st.builds(
        Finding,
        st.sampled_from(Severity),
        st.sampled_from(Category),
        st.just("f"),
        st.just("m"),
        cost=st.none() | st.floats(0, 1),
    )
)


@pytest.fixture(scope="module")
def package() -> Package:
    from pathlib import Path

    folder = Path(__file__).parents[2] / "fixtures" / "r" / "medfit"
    return survey(folder, "medfit", Deadline.after(60, lambda: 0.0))


def finding(severity: Severity, category: Category, cost: float | None = None) -> Finding:
    return Finding(severity, category, "f", "m", cost=cost)


def test_the_weights_sum_to_100() -> None:
    assert sum(WEIGHTS.values()) == 100
    assert set(WEIGHTS) == set(Category)


def test_without_findings_the_score_is_100(package: Package) -> None:
    assert judge_health(package, []).score == 100


@pytest.mark.parametrize(
    ("severity", "lost"),
    [(Severity.ERROR, 10), (Severity.WARNING, 5), (Severity.NOTE, 1), (Severity.INFO, 0)],
)
def test_a_finding_takes_its_severity_s_share_of_its_part(
    package: Package, severity: Severity, lost: int
) -> None:
    assert judge_health(package, [finding(severity, Category.TESTS)]).score == 100 - lost


@pytest.mark.parametrize(
    ("cut", "category"),
    [
        ("DESCRIPTION", Category.METADATA),
        ("NAMESPACE (beyond its first 256 KiB)", Category.NAMESPACE),
        ("man/f.Rd", Category.DOCUMENTATION),
    ],
)
def test_what_was_not_read_whole_has_no_points(package: Package, cut: str, category: Category) -> None:
    health = judge_health(replace(package, unreadable=(cut,)), [])
    assert [part.category for part in health.parts if part.points is None] == [category]


def test_a_finding_may_say_what_it_costs(package: Package) -> None:
    assert judge_health(package, [finding(Severity.NOTE, Category.NEWS, 1.0)]).score == 90


def test_a_part_that_was_not_examined_counts_neither_way(package: Package) -> None:
    health = judge_health(replace(package, testing=None), [finding(Severity.ERROR, Category.TESTS)])
    assert health.score == 100
    assert {part.category for part in health.parts if part.points is None} == {Category.TESTS}


def test_nothing_examined_has_no_score() -> None:
    from rforge.package.description import Description

    assert judge_health(Package("x", Description({}), unread=("description",)), []).score is None


@given(findings=FINDINGS)
def test_the_score_lies_between_0_and_100_and_one_more_finding_never_raises_it(
    package: Package, findings: list[Finding]
) -> None:
    scores = [judge_health(package, findings[:end]).score for end in range(len(findings) + 1)]
    assert all(score is not None and 0 <= score <= 100 for score in scores)
    assert scores == sorted(scores, reverse=True)
