"""What the gate on speed makes of a comparison."""

from __future__ import annotations

import pytest

from compare_speed import rows, verdict
from measuring.comparison import Judgement, Rule, Speed
from measuring.interleaving import Comparison
from measuring.reports import Verdict


@pytest.mark.parametrize(
    ("speeds", "others", "expected"),
    [
        ([Speed.FINE], {}, Verdict.PASS),
        ([Speed.FINE], {"new": ["b"]}, Verdict.PASS),
        ([Speed.FINE], {"absent": ["b"]}, Verdict.INCONCLUSIVE),
        ([Speed.FINE], {"broken": {"b": "absent"}}, Verdict.FAIL),
        ([Speed.FINE, Speed.UNDECIDED], {}, Verdict.INCONCLUSIVE),
        ([Speed.FINE, Speed.SLOWER, Speed.UNDECIDED], {"absent": ["b"]}, Verdict.FAIL),
        ([], {}, Verdict.INCONCLUSIVE),
    ],
)
def test_only_what_was_compared_as_a_whole_passes(
    speeds: list[Speed], others: dict[str, object], expected: Verdict
) -> None:
    judgements = {speed.value: Judgement(1.0, 0.9, 1.1, speed) for speed in speeds}
    ratios = {name: [1.0, 1.1] for name in judgements}
    compared = Comparison(Rule(), "cpu", ratios=ratios, judgements=judgements, **others)  # type: ignore[arg-type]
    assert verdict(compared) is expected
    assert len(rows(compared)) == len(speeds) + sum(map(len, others.values()))  # type: ignore[arg-type]
