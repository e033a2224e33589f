"""The evidence of each kind of rule, step by step."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observations import binomial
from phasegate.telemetry.judge.mixture import mixture
from phasegate.telemetry.judge.observation import Step, Tally
from phasegate.telemetry.judge.policy import RULES
from phasegate.telemetry.judge.process import LEAST_KNOWN, process_of

CRITICAL, ERRORS, BUDGET, SLOWER, ABOVE, SILENCE = RULES
PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40)


def steps_of(pairs: list[tuple[int, int]]) -> list[Step]:
    """Steps with so many units that fail and that do not."""
    return [Step(float(at), Tally(bad + good, bad)) for at, (bad, good) in enumerate(pairs)]


def evidence(rule: object, steps: list[Step], share: float | None = None) -> float:
    process = process_of(rule, share)  # type: ignore[arg-type]
    for step in steps:
        process.add(step)
    return process.log_e()


@given(pairs=PAIRS, data=st.data())
def test_the_order_of_steps_does_not_matter_to_where_an_absolute_rule_ends(
    pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(pairs))
    assert evidence(ERRORS, steps_of(shuffled)) == evidence(ERRORS, steps_of(pairs))


@given(pairs=PAIRS, at=st.integers(0, 40))
def test_joined_steps_leave_an_absolute_rule_where_it_was_and_never_raise_its_peak(
    pairs: list[tuple[int, int]], at: int
) -> None:
    joined = list(pairs)
    if at + 1 < len(joined):
        first, second = joined[at], joined.pop(at + 1)
        joined[at] = (first[0] + second[0], first[1] + second[1])
    assert evidence(ERRORS, steps_of(joined)) == evidence(ERRORS, steps_of(pairs))
    assert _peak(joined) <= _peak(pairs)


def _peak(pairs: list[tuple[int, int]]) -> float:
    process, most = process_of(ERRORS), 0.0
    for step in steps_of(pairs):
        process.add(step)
        most = max(most, process.log_e())
    return most


@given(pairs=PAIRS)
def test_evidence_grows_only_where_the_process_says_so(pairs: list[tuple[int, int]]) -> None:
    process, before = process_of(ERRORS), 0.0
    for step in steps_of(pairs):
        may_grow = process.add(step)
        assert may_grow or process.log_e() <= before
        before = process.log_e()


def test_each_rule_counts_what_it_is_about() -> None:
    step = Step(0.0, Tally(10, failures=1, over_budget=2, slow=3))
    assert evidence(ERRORS, [step]) == mixture(0.05).log_e(1, 9)
    assert evidence(BUDGET, [step]) == mixture(0.05).log_e(2, 8)
    assert evidence(SLOWER, [step]) == mixture(0.5).log_e(3, 7)
    assert evidence(CRITICAL, [step]) == mixture(0.1).log_e(1, 9)


def test_a_block_waits_until_each_arm_has_a_unit() -> None:
    apart = [Step(0.0, Tally(1, 1)), Step(1.0, Tally(1, 1)), Step(2.0, control=Tally(3))]
    assert evidence(ABOVE, apart[:2]) == 0.0
    assert evidence(ABOVE, apart) == evidence(ABOVE, [Step(0.0, Tally(2, 2), Tally(3))]) > 0


def test_a_control_alone_or_a_canary_alone_is_never_compared() -> None:
    assert evidence(ABOVE, [Step(float(at), Tally(1, 1)) for at in range(50)]) == 0.0
    assert evidence(ABOVE, [Step(float(at), control=Tally(1, 1)) for at in range(50)]) == 0.0


def known(count: int = LEAST_KNOWN) -> Step:
    return Step(0.0, Tally(count), Tally(count))


@pytest.mark.parametrize("rest", [0.5, 0.7, 1.0])
def test_heartbeats_that_are_missing_up_to_the_limit_give_at_most_one_on_average(rest: float) -> None:
    share = rest * 0.5 / (rest * 0.5 + 0.5)
    mean = 0.0
    for counts in product(range(9), repeat=2):
        steps = [
            Step(1.0 + at, Tally(active=count), Tally(active=8 - count)) for at, count in enumerate(counts)
        ]
        probability = math.prod(binomial(count, 8, share) for count in counts)
        mean += probability * math.exp(evidence(SILENCE, [known(), *steps]))
    assert mean <= 1 + 1e-9
    if rest == 0.5:
        assert mean == pytest.approx(1)


def test_a_canary_of_which_nothing_is_heard_any_more_is_silent() -> None:
    steps = [known(), *(Step(at, control=Tally(active=5)) for at in range(1, 20))]
    assert evidence(SILENCE, steps) > math.log(400)


def test_a_canary_that_is_heard_of_as_its_control_is_not_silent() -> None:
    steps = [known(), *(Step(at, Tally(active=5), Tally(active=5)) for at in range(1, 20))]
    assert evidence(SILENCE, steps) < -1


def test_silence_of_a_few_installs_means_nothing() -> None:
    steps = [known(LEAST_KNOWN - 1), *(Step(at, control=Tally(active=5)) for at in range(1, 20))]
    assert evidence(SILENCE, steps) == 0.0


def test_a_canary_that_never_comes_to_be_known_is_silent_where_its_share_is_expected() -> None:
    steps = [Step(at, control=Tally(active=5)) for at in range(1, 40)]
    assert evidence(SILENCE, steps, 0.5) > math.log(400)
    assert evidence(replace(SILENCE, limit=0.99), steps, 0.5) < evidence(SILENCE, steps, 0.5)
