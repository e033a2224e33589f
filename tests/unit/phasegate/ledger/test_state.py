from __future__ import annotations

from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.ledger.operation import Operation
from phasegate.ledger.records import Channel, Docs, Effect, Judgement, Outcome, Release, Rollout
from phasegate.ledger.state import State
from unit.phasegate.ledger.strategies import OPERATIONS, RELEASES, STATES, histories


def operation(number: int, **changes: object) -> Operation:
    plain = Operation(number, "deploy", "t", "2027-01-15T08:00:00Z", "w", "", "p")
    return replace(plain, **changes)  # type: ignore[arg-type]


def release(version: str, tree: str = "t", content: str = "c") -> Release:
    return Release(version, "release", tree, content, "k", "s", 1, "2027-01-15T08:00:00Z")


def judgement(gate: str, content: str, verdict: str = "PASS") -> Judgement:
    return Judgement(gate, verdict, "r", content, "t", "d", "3.9", "a", 1.0)


def rollout(content: str) -> Rollout:
    return Rollout("1.0.0", "1.0.0-rc.1", "s", content, "n", {"internal": "2027-01-15T08:00:00Z"})


@given(histories())
def test_the_state_counts_its_operations(history: tuple[Operation, ...]) -> None:
    assert reduce(State.apply, history, State()).length == len(history)


@given(STATES, st.integers(-3, 120))
def test_only_the_next_operation_can_follow(state: State, number: int) -> None:
    if number == state.length + 1:
        assert state.apply(operation(number)).length == number
    else:
        with pytest.raises(ValueError, match=f"operation {number} cannot follow operation {state.length}"):
            state.apply(operation(number))


@given(histories(), RELEASES, st.text(max_size=3))
def test_a_version_never_gets_another_tree(history: tuple[Operation, ...], made: Release, tree: str) -> None:
    state = reduce(State.apply, history, State()).apply(
        operation(len(history) + 1, releases=(replace(made, tree=f"tree of {made.version}"),))
    )
    again = operation(state.length + 1, releases=(replace(made, tree=tree),))
    with pytest.raises(ValueError, match="stands for tree"):
        state.apply(again)


def test_two_releases_of_one_operation_cannot_share_a_version_either() -> None:
    with pytest.raises(ValueError, match=r"version 1\.0\.0 stands for tree t already"):
        State().apply(operation(1, releases=(release("1.0.0", "t"), release("1.0.0", "u"))))


@given(histories())
def test_no_version_is_ever_forgotten(history: tuple[Operation, ...]) -> None:
    state = reduce(State.apply, history, State())
    assert set(state.releases) == {r.version for o in history for r in o.releases}


@given(histories())
def test_effects_are_open_until_an_outcome_closes_them_in_their_order(history: tuple[Operation, ...]) -> None:
    done = {outcome.key for o in history for outcome in o.outcomes}
    expected = tuple(effect for o in history for effect in o.effects if effect.key not in done)
    assert reduce(State.apply, history, State()).effects == expected


@given(histories(), OPERATIONS)
def test_what_an_operation_says_of_channels_docs_and_rollout_is_so_afterwards(
    history: tuple[Operation, ...], drawn: Operation
) -> None:
    before = reduce(State.apply, history, State())
    after = before.apply(replace(drawn, number=before.length + 1, releases=()))
    assert after.rollout == drawn.rollout
    assert after.docs == (drawn.docs or before.docs)
    assert after.channels == {**before.channels, **drawn.channels}


@given(STATES)
def test_an_operation_without_content_changes_nothing_but_the_count_and_the_rollout(state: State) -> None:
    after = state.apply(operation(state.length + 1, rollout=state.rollout))
    kept = {k: j for k, j in state.judgements.items() if state.rollout and j.content == state.rollout.content}
    effects = state.effects
    assert after == replace(state, length=state.length + 1, judgements=kept, effects=effects)


@given(STATES)
def test_applying_leaves_the_state_before_as_it_was(state: State) -> None:
    before = state.as_json()
    state.apply(operation(state.length + 1, releases=(release("9.9.9"),), withdrawn={"9.9.9": "bad"}))
    assert state.as_json() == before


def test_a_withdrawn_release_says_why_and_keeps_its_place() -> None:
    state = State().apply(operation(1, releases=(release("1.0.0"), release("1.1.0", "u"))))
    after = state.apply(operation(2, withdrawn={"1.0.0": "it burns"}))
    assert list(after.releases) == ["1.0.0", "1.1.0"]
    assert (after.releases["1.0.0"].withdrawn, after.releases["1.1.0"].withdrawn) == ("it burns", None)


def test_an_operation_can_withdraw_what_it_makes() -> None:
    after = State().apply(operation(1, releases=(release("1.0.0"),), withdrawn={"1.0.0": "at once"}))
    assert after.releases["1.0.0"].withdrawn == "at once"


def test_judgements_stay_as_long_as_the_rollout_has_their_content() -> None:
    first = operation(1, rollout=rollout("a"), judgements=(judgement("tests", "a"), judgement("old", "z")))
    state = State().apply(first)
    assert set(state.judgements) == {"tests"}
    later = state.apply(operation(2, rollout=rollout("a"), judgements=(judgement("security", "a"),)))
    assert set(later.judgements) == {"tests", "security"}
    assert later.apply(operation(3, rollout=rollout("b"))).judgements == {}
    assert later.apply(operation(3)).judgements == {}


def test_the_latest_verdict_of_a_gate_counts() -> None:
    state = State().apply(operation(1, rollout=rollout("a"), judgements=(judgement("tests", "a", "ERROR"),)))
    after = state.apply(operation(2, rollout=rollout("a"), judgements=(judgement("tests", "a"),)))
    assert after.judgements["tests"].verdict == "PASS"


def test_an_outcome_of_an_effect_that_nobody_knows_closes_nothing() -> None:
    state = State().apply(operation(1, effects=(Effect("1/a", "a"),)))
    assert state.apply(operation(2, outcomes=(Outcome("7/a", "a", "r"),))).effects == state.effects


def test_the_docs_stay_where_an_operation_does_not_move_them() -> None:
    docs = Docs("refs/heads/gh-pages", "c", "t", "1.0.0", {"1.0.0": "s"})
    assert State().apply(operation(1, docs=docs)).apply(operation(2)).docs == docs


def test_the_channels_that_carry_a_content_are_found() -> None:
    releases = {"1.0.0": release("1.0.0", content="a"), "1.1.0": release("1.1.0", content="b")}
    carried = {"internal": "1.1.0", "canary": "1.0.0", "stable": "1.0.0"}
    channels = {name: Channel("r", "c", "t", version) for name, version in carried.items()}
    state = State(channels=channels, releases=releases)
    assert state.carried_by("a") == ("canary", "stable")
    assert state.carried_by("z") == ()
