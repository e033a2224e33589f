from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.config import PHASES
from phasegate.ledger.records import Channel, Docs, Effect, Judgement, Move, Record, Release, Rollout
from unit.phasegate.ledger.strategies import RECORDS

CHANNEL = {"ref": "r", "commit": "c", "tree": "t", "version": "1.0.0", "history": ["1.0.0"]}
RELEASE = Release("1.0.0", "release", "t", "c", "k", "s", 1, "2027-01-15T08:00:00Z").as_json()
JUDGEMENT = Judgement("g", "PASS", "r", "c", "t", "d", "3.9", "a", 1.5).as_json()


@given(RECORDS)
def test_every_record_survives_the_round_trip_through_json(record: Record) -> None:
    assert type(record).from_json(json.loads(json.dumps(record.as_json()))) == record


@given(RECORDS)
def test_the_json_object_of_a_record_has_just_its_fields_in_their_order(record: Record) -> None:
    assert list(record.as_json()) == [field.name for field in fields(record)]


@given(st.permutations(PHASES), st.integers(1, len(PHASES)))
def test_a_rollout_is_in_the_furthest_phase_that_it_entered(order: list[str], count: int) -> None:
    rollout = Rollout("1.0.0", "1.0.0-rc.1", "s", "c", "", dict.fromkeys(order[:count], "then"))
    assert rollout.phase == max(order[:count], key=PHASES.index)


def test_a_field_with_a_default_may_be_absent() -> None:
    assert Channel.from_json({k: v for k, v in CHANNEL.items() if k != "history"}).history == ()


def test_a_field_without_a_default_may_not() -> None:
    with pytest.raises(TypeError, match="version"):
        Channel.from_json({k: v for k, v in CHANNEL.items() if k != "version"})


def test_unknown_fields_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="Channel has no colour, size"):
        Channel.from_json({**CHANNEL, "size": 1, "colour": 2})


@pytest.mark.parametrize(
    ("record", "good", "field", "value"),
    [
        (Channel, CHANNEL, "ref", 1),
        (Channel, CHANNEL, "ref", None),
        (Channel, CHANNEL, "history", "1.0.0"),
        (Channel, CHANNEL, "history", {"1.0.0": 1}),
        (Release, RELEASE, "operation", "1"),
        (Release, RELEASE, "operation", 1.0),
        (Release, RELEASE, "tag", 7),
        (Release, RELEASE, "flags", ["fast"]),
        (Release, RELEASE, "flags", {"fast": 1}),
        (Release, RELEASE, "operation", True),
        (Channel, CHANNEL, "history", ["1.0.0", 1]),
        (Docs, {"ref": "r", "commit": "c", "tree": "t", "version": None}, "sites", {"1.0.0": None}),
        (Effect, {"key": "k", "name": "n"}, "values", {"v": 1}),
        (Judgement, JUDGEMENT, "duration_s", "1.5"),
        (Judgement, JUDGEMENT, "overridden", False),
        (Docs, {"ref": "r", "commit": "c", "tree": "t", "version": None}, "sites", None),
        (Effect, {"key": "k", "name": "n"}, "values", "v"),
        (Move, {"ref": "r", "old": None, "new": None}, "old", 0),
    ],
)
def test_a_field_of_another_type_is_refused_by_name(
    record: type[Record], good: dict[str, object], field: str, value: object
) -> None:
    assert record.from_json(good)
    with pytest.raises(TypeError, match=rf"{record.__name__}\.{field} must be"):
        record.from_json({**good, field: value})


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Channel.from_json(CHANNEL).ref = "other"  # type: ignore[misc]
