"""Verdicts, and the laws by which they join."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phasegate.verdict import Verdict, worst

verdicts = st.lists(st.sampled_from(Verdict), min_size=1)


def test_only_pass_opens_a_phase() -> None:
    assert [verdict for verdict in Verdict if verdict.opens] == [Verdict.PASS]


def test_only_a_pass_ends_a_process_well() -> None:
    assert [verdict for verdict in Verdict if verdict.exit_status == 0] == [Verdict.PASS]


def test_nothing_judged_is_inconclusive() -> None:
    assert worst([]) is Verdict.INCONCLUSIVE


def test_severity_rises_from_pass_to_fail() -> None:
    order = [Verdict.PASS, Verdict.SKIP, Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.FAIL]
    assert [worst([milder, severer]) for milder, severer in zip(order, order[1:])] == order[1:]


@given(verdicts, verdicts)
def test_joining_in_parts_is_joining_at_once(some: list[Verdict], others: list[Verdict]) -> None:
    assert worst([worst(some), worst(others)]) is worst(some + others)


@given(verdicts)
def test_the_order_of_verdicts_and_their_number_do_not_matter(some: list[Verdict]) -> None:
    assert worst(some) is worst(reversed(some)) is worst(some * 2) is worst(set(some))


@given(verdicts)
def test_all_must_pass_for_the_join_to_open(some: list[Verdict]) -> None:
    assert worst(some).opens == all(verdict.opens for verdict in some)
