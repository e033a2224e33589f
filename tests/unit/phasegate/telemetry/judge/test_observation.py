"""Counts: what they add up to, and when they are none."""

from __future__ import annotations

import math

import pytest

from phasegate.telemetry.judge.observation import Observation, Step, Tally


def test_the_total_is_the_sum_of_all_steps() -> None:
    steps = (Step(0.0, Tally(1, 1, 0, 1, 2), Tally(4)), Step(9.0, Tally(2, 0, 2, 0, 3), Tally(1, 1)))
    total = Observation(0.0, 9.0, steps).total()
    assert total.canary == Tally(3, 1, 2, 1, 5) == steps[0].canary + steps[1].canary
    assert total.control == Tally(5, 1)
    assert Observation(0.0, 9.0).total() == Step(0.0)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Step(0.0, Tally(-1)), "counts"),
        (Step(0.0, control=Tally(3, -2)), "control's counts"),
        (Step(0.0, Tally(math.nan)), "nan"),  # type: ignore[arg-type]
        (Step(0.0, Tally(1.5)), "1.5"),  # type: ignore[arg-type]
        (Step(0.0, Tally(1, 2)), "the canary's counts"),
        (Step(0.0, Tally(1, 0, 2)), "the canary's counts"),
        (Step(0.0, Tally(1, 0, 0, 2)), "the canary's counts"),
        (Step(0.0, Tally(active=-1)), "the canary's counts"),
        (Step(math.nan), "time nan"),
        (Step(-1.0), "after that at"),
    ],
)
def test_what_is_no_count_is_said(step: Step, said: str) -> None:
    flaws = Observation(0.0, 9.0, (Step(0.0, Tally(1)), step)).flaws()
    assert len(flaws) == 1
    assert said in flaws[0]


def test_of_many_flaws_a_few_are_said() -> None:
    steps = tuple(Step(-float(at), Tally(-1)) for at in range(1000))
    assert len(Observation(0.0, 9.0, steps).flaws()) == 6


def test_good_counts_have_no_flaw() -> None:
    assert Observation(0.0, 9.0, (Step(0.0, Tally(1, 1, 1, 1, 9)), Step(0.0), Step(5.0))).flaws() == ()


def test_json_gives_the_same_observation() -> None:
    seen = Observation(0, 9, (Step(0, Tally(3, 1), Tally(5, 0, 1, 1, 2)),), 1.5, ("late",))
    assert Observation.from_json(seen.as_json()) == seen
    assert Observation.from_json(Observation(0, 9).as_json()).slow_s is None
