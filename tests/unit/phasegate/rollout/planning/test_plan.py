from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.git.repository import Identity
from phasegate.ledger.times import iso, seconds
from phasegate.rollout.planning.plan import (
    CommitSpec,
    Hold,
    Plan,
    PlannedChannel,
    PlannedDocs,
    PlannedEffect,
    PlannedMove,
    PlannedRelease,
    TagSpec,
    TreeSpec,
)
from unit.phasegate.rollout.states import AT_S, release, rollout

PLAN = Plan(
    kind="deploy",
    title="Deploy",
    why="",
    at_s=AT_S,
    identity=Identity("Ada", "ada@example.test"),
    number=3,
    ledger_head="head",
    commits=(CommitSpec("@release", TreeSpec("base", {"x": b"\xff\x00", "gone": None}), ("p",), "m\n"),),
    moves=(PlannedMove("refs/heads/stable", "old", "@release"),),
    rollout=rollout("1.0.0"),
)
LAST_SECOND = 253_402_300_799
"""9999-12-31T23:59:59Z."""
CHANGES = {
    "kind": "rollback",
    "title": "Other",
    "why": "because",
    "identity": Identity("Grace", "grace@example.test"),
    "number": 4,
    "ledger_head": None,
    "commits": (CommitSpec("@release", TreeSpec("base", {"x": b"\xff\x01"}), ("p",), "m\n"),),
    "tags": (TagSpec("refs/tags/v1", "@release", "m\n"),),
    "moves": (PlannedMove("refs/heads/stable", "older", "@release"),),
    "releases": (PlannedRelease("1.0.0", "release", "@release", "c", "s"),),
    "adopted": (release("0.9.0"),),
    "channels": (PlannedChannel("stable", "refs/heads/stable", "@release", "1.0.0"),),
    "docs": PlannedDocs("refs/heads/gh-pages", "@docs", "1.0.0", "site"),
    "rollout": rollout("1.0.1"),
    "withdrawn": {"0.9.0": "bad"},
    "effects": (PlannedEffect("status-page"),),
    "judged": "@release",
    "content": "c",
    "gates": ("tests",),
}


def test_the_hash_ignores_the_time() -> None:
    later = replace(rollout("1.0.0"), entered={"internal": iso(AT_S + 60)})
    assert replace(PLAN, at_s=AT_S + 60, rollout=later).hash == PLAN.hash


def test_the_hash_ignores_the_time_at_which_a_release_was_adopted() -> None:
    earlier, later = (replace(PLAN, adopted=(release("0.9.0", at=iso(at)),)) for at in (AT_S, AT_S + 60))
    assert earlier.hash == later.hash


@pytest.mark.parametrize("name", ["when", "until", "at", "holds", "entered"])
def test_a_file_whose_name_sounds_of_time_is_no_time(name: str) -> None:
    one, other = (TreeSpec("base", {name: content}) for content in (b"1", b"2"))
    hashes = {replace(PLAN, commits=(CommitSpec("@x", tree, (), "m\n"),)).hash for tree in (one, other)}
    assert len(hashes) == 2


def test_the_hash_ignores_what_the_rollout_waits_for() -> None:
    assert replace(PLAN, holds=(Hold("soak", "waits", iso(AT_S)),)).hash == PLAN.hash


@pytest.mark.parametrize("field", CHANGES)
def test_the_hash_sees_everything_else(field: str) -> None:
    assert replace(PLAN, **{field: CHANGES[field]}).hash != PLAN.hash


def test_every_field_of_a_plan_is_accounted_for_in_the_hash() -> None:
    assert {field.name for field in fields(Plan)} == {*CHANGES, "at_s", "holds"}


def test_the_hash_does_not_depend_on_the_order_of_names() -> None:
    one = replace(PLAN, withdrawn={"a": "1", "b": "2"})
    assert one.hash == replace(PLAN, withdrawn={"b": "2", "a": "1"}).hash


def test_a_plan_goes_to_json_without_the_bytes_of_its_files() -> None:
    data = PLAN.as_json()
    assert json.loads(json.dumps(data)) == data
    assert data["commits"][0]["tree"]["replaced"] == {
        "x": "sha256:ea5dbf9596d187e9500f23e9a680109475341cf4e81f7e043f7d97152c10772f",
        "gone": None,
    }


def test_a_plan_changes_nothing_without_moves_and_effects() -> None:
    still = replace(PLAN, moves=())
    assert still.changes_nothing
    assert not PLAN.changes_nothing
    assert not replace(still, effects=(PlannedEffect("notice:file"),)).changes_nothing


def test_a_plan_says_when_in_utc() -> None:
    assert PLAN.at == "2027-01-15T08:00:00Z"


@given(st.integers(0, LAST_SECOND))
def test_a_time_survives_the_round_trip_through_text(at_s: int) -> None:
    assert seconds(iso(at_s)) == at_s


@given(st.integers(0, LAST_SECOND), st.integers(0, LAST_SECOND))
def test_texts_of_times_are_ordered_as_the_times_are(one: int, other: int) -> None:
    assert (iso(one) < iso(other)) is (one < other)


@pytest.mark.parametrize("text", ["", "2027-01-15", "2027-01-15T08:00:00", "2027-01-15T08:00:00+00:00"])
def test_a_text_that_is_no_such_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="does not match format"):
        seconds(text)


def test_a_hold_reads_as_a_line_and_goes_to_json() -> None:
    assert str(Hold("order", "canary first")) == "order: canary first"
    soak = Hold("soak", "1.0.0-rc.1 soaks", "2027-01-15T09:00:00Z")
    assert str(soak) == "soak: 1.0.0-rc.1 soaks (until 2027-01-15T09:00:00Z)"
    assert soak.as_json() == {"kind": "soak", "reason": "1.0.0-rc.1 soaks", "until": "2027-01-15T09:00:00Z"}
