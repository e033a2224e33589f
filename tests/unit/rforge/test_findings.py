from __future__ import annotations

from rforge.findings import COST, Category, Finding, Severity, first, listed


def test_a_finding_costs_what_its_severity_costs_unless_it_says_otherwise() -> None:
    assert Finding(Severity.WARNING, Category.NEWS, "f", "m").share == COST[Severity.WARNING]
    assert Finding(Severity.WARNING, Category.NEWS, "f", "m", cost=0.0).share == 0.0


def test_names_are_listed_in_order_up_to_a_limit() -> None:
    assert listed(frozenset("cab")) == "a, b, c"
    assert listed(frozenset("cab"), limit=2) == "a, b and 1 more"


def test_of_many_sentences_the_first_are_kept_and_the_others_counted() -> None:
    assert first(("a", "b")) == ("a", "b")
    assert first(("a", "b", "c", "d"), limit=2) == ("a", "b", "there are 2 more of this kind")
