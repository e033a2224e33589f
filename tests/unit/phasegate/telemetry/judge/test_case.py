"""Cases: what was decided on can be read, hashed and judged again."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from observations import observation
from phasegate.telemetry.judge.case import digest, read_case, write_case
from phasegate.telemetry.judge.judgement import judge
from phasegate.telemetry.judge.observation import Observation, Step, Tally
from phasegate.telemetry.judge.policy import Policy
from phasegate.telemetry.judge.watch import replay

GOLDEN = (
    '{"observation":{"doubts":[],"since_s":0.0,"slow_s":1.5,"steps":[[0.0,[3,2,1,0,3],[5,0,0,2,5]],'
    '[15.0,[2,2,0,1,2],[4,1,0,1,6]]],"until_s":30.0},"policy":{"control":true,"expected_share":null,"is_random":false,'
    '"median_alpha":0.0025,"min_units":300,"patience_s":604800.0,"rolls_back":["critical","high"],"rules":['
    '{"alpha":0.02,"kind":"absolute","limit":0.1,"measure":"failures","name":"critical-error-rate","severity":"critical",'
    '"unattended":"on"},{"alpha":0.01,"kind":"against-control","limit":1.0,"measure":"failures","name":"above",'
    '"severity":"medium","unattended":"off"}],"slowdown":1.2},"schema":1}'
)
"""A case of schema 1, as every later phasegate has to read it."""


def test_a_case_of_an_earlier_phasegate_is_decided_as_then() -> None:
    decision = replay(GOLDEN)
    assert decision.evidence == "db0878cd585f89f22ff32f9a3faec837a568f2cdc3d942404bd24c44432bcf73"
    assert decision.ruling.value == "roll back"
    assert decision.acting == ("critical-error-rate",)
    assert [finding.log10_e for finding in decision.findings] == pytest.approx([2.512111488, 1.311942865])
    assert write_case(*read_case(GOLDEN)) == GOLDEN


@pytest.mark.parametrize("canary", [0.0, 0.04, 0.3])
def test_a_case_replays_to_the_same_decision(canary: float) -> None:
    seen = observation(canary=canary, slow=0.4)
    assert replay(write_case(Policy(), seen)) == judge(Policy(), seen)


def test_whatever_is_changed_changes_the_evidence() -> None:
    seen = observation(3)
    changed = [
        (Policy(min_units=299), seen),
        (Policy(), replace(seen, steps=seen.steps[:-1])),
        (Policy(), replace(seen, slow_s=2.0)),
        (Policy(), replace(seen, doubts=("a",))),
        (Policy(), replace(seen, since_s=-1.0)),
    ]
    assert len({digest(*case) for case in [(Policy(), seen), *changed]}) == 6


def test_whole_numbers_and_fractions_of_one_value_are_the_same_evidence() -> None:
    whole = Observation(0, 9, (Step(0, Tally(1)),), 1)
    assert digest(Policy(patience_s=60), whole) == digest(
        Policy(patience_s=60.0), Observation(0.0, 9.0, (Step(0.0, Tally(1)),), 1.0)
    )


def test_counts_that_are_no_numbers_have_a_hash_and_cannot_be_read_again() -> None:
    seen = Observation(0.0, 9.0, (Step(math.nan),))
    assert len(judge(Policy(), seen).evidence) == 64
    with pytest.raises(ValueError, match="NaN"):
        read_case(write_case(Policy(), seen))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Expecting value"),
        ("[]", "no case"),
        ("{}", "no case"),
        ('{"schema": 2}', "schema 2, not 1"),
        ('{"schema": 1, "schema": 1}', "twice"),
        (json.dumps({"schema": 1, "policy": Policy().as_json(), "observation": {"steps": 3}}), "no case"),
        (
            json.dumps({"schema": 1, "policy": {**Policy().as_json(), "rules": [{}]}, "observation": {}}),
            "no case",
        ),
    ],
)
def test_what_is_no_case_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_case(text)


def test_counts_that_are_words_are_no_case() -> None:
    with pytest.raises(ValueError, match="no counts"):
        read_case(GOLDEN.replace("[3,2,1,0,3]", '["3",2,1,0,3]'))
