"""Evidence as a value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.gates.evidence import Evidence
from phasegate.verdict import Verdict

evidences = st.builds(
    Evidence,
    gate=st.text(),
    verdict=st.sampled_from(Verdict),
    reason=st.text(),
    content=st.text(),
    tree=st.text(),
    definition=st.text(),
    python=st.text(),
    at=st.text(),
    duration_s=st.floats(min_value=0, allow_infinity=False),
    artifact=st.none() | st.text(),
)
ONE = Evidence("tests", Verdict.PASS, "well", "c", "t", "d", "3.12", "2026-11-22T10:00:00+00:00", 1.5)


@given(evidences)
def test_what_was_written_as_json_is_read_back_the_same(evidence: Evidence) -> None:
    assert Evidence.from_json(json.loads(json.dumps(evidence.as_json()))) == evidence


@pytest.mark.parametrize(
    "change",
    [
        {"gate": 1},
        {"verdict": "MAYBE"},
        {"duration_s": "long"},
        {"duration_s": True},
        {"artifact": 7},
        {"at": None},
    ],
)
def test_data_that_is_no_evidence_is_a_value_error(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"evidence|Verdict"):
        Evidence.from_json({**ONE.as_json(), **change})


@pytest.mark.parametrize("value", [None, [], "text", {}])
def test_other_json_is_a_value_error(value: object) -> None:
    with pytest.raises(ValueError, match="evidence needs"):
        Evidence.from_json(value)


def test_evidence_covers_its_content_definition_and_python_only() -> None:
    assert ONE.covers("c", "d", "3.12")
    assert not ONE.covers("other", "d", "3.12")
    assert not ONE.covers("c", "other", "3.12")
    assert not ONE.covers("c", "d", "3.13")


def test_the_end_of_the_output_is_not_recorded() -> None:
    loud = Evidence(**{**ONE.as_json(), "verdict": Verdict.PASS, "details": ("a line",)})
    assert "details" not in loud.as_json()
    assert loud == ONE
