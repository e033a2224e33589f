"""What the gate on speed makes of a comparison."""

from __future__ import annotations

import pytest

from compare_speed import status
from measuring.comparison import Judgement, Rule, Speed
from measuring.interleaving import Comparison


@pytest.mark.parametrize(
    ("speeds", "others", "expected"),
    [
        ([Speed.FINE], {}, 0),
        ([Speed.FINE], {"new": ["b"]}, 0),
        ([Speed.FINE], {"absent": ["b"]}, 3),
        ([Speed.FINE], {"broken": {"b": "absent"}}, 1),
        ([Speed.FINE, Speed.UNDECIDED], {}, 3),
        ([Speed.FINE, Speed.SLOWER, Speed.UNDECIDED], {"absent": ["b"]}, 1),
        ([], {}, 3),
    ],
)
def test_only_what_was_compared_as_a_whole_passes(
    speeds: list[Speed], others: dict[str, object], expected: int
) -> None:
    judgements = {speed.value: Judgement(1.0, 0.9, 1.1, speed) for speed in speeds}
    assert status(Comparison(Rule(), "cpu", judgements=judgements, **others)) == expected  # type: ignore[arg-type]
