from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phasegate.git.repository import Identity
from phasegate.ledger.operation import Operation
from phasegate.ledger.records import Channel, Docs, Effect, Move, Release
from phasegate.rollout.applying.record import record_operation
from phasegate.rollout.planning.plan import (
    Plan,
    PlannedChannel,
    PlannedDocs,
    PlannedEffect,
    PlannedMove,
    PlannedRelease,
)
from unit.phasegate.rollout.states import AT, AT_S, docs, judgement, release, rollout, state

if TYPE_CHECKING:
    from phasegate.ledger.state import State

IDS = {
    "@release": "id-release",
    "@stable": "id-stable",
    "@docs": "id-docs",
    "@tag": "id-tag",
    "@artifact": "id-site",
}
PLAN = Plan(
    kind="deploy",
    title="Deploy 1.1.0 to public",
    why="it is time",
    at_s=AT_S,
    identity=Identity("Ada", "ada@example.test"),
    number=3,
    ledger_head="head",
)
BEFORE = state(
    release("1.0.0"),
    release("1.0.1"),
    channels={"stable": ("1.0.0", "1.0.1")},
    docs=docs("1.0.0", now="1.0.0"),
)


def recorded(before: State = BEFORE, **changes: object) -> Operation:
    plan = replace(PLAN, **changes)  # type: ignore[arg-type]
    return record_operation(plan, before, ids=IDS, tree_of=lambda node: f"tree of {node}")


def test_an_operation_says_who_when_why_and_by_which_plan() -> None:
    assert recorded() == Operation(
        3, "deploy", "Deploy 1.1.0 to public", AT, "Ada <ada@example.test>", "it is time", PLAN.hash
    )


def test_moves_are_recorded_by_the_ids_of_what_was_built() -> None:
    moves = (
        PlannedMove("refs/heads/stable", "old", "@stable"),
        PlannedMove("refs/tags/bad", "bad", None),
        PlannedMove("refs/tags/v1", None, "0123"),
    )
    assert recorded(moves=moves).moves == (
        Move("refs/heads/stable", "old", "id-stable"),
        Move("refs/tags/bad", "bad", None),
        Move("refs/tags/v1", None, "0123"),
    )


def test_a_release_is_recorded_with_its_tree_and_after_those_that_were_found() -> None:
    found = release("0.9.0", kind="adopted")
    planned = PlannedRelease(
        "1.1.0", "release", "@release", "content", "source", "refs/tags/v1.1.0", "1.0.0", {"fast": True}
    )
    assert recorded(releases=(planned,), adopted=(found,)).releases == (
        found,
        Release(
            "1.1.0", "release", "tree of @release", "content", "id-release", "source", 3, AT,
            "refs/tags/v1.1.0", "1.0.0", {"fast": True},
        ),
    )  # fmt: skip


def test_a_channel_s_history_goes_on() -> None:
    planned = PlannedChannel("stable", "refs/heads/stable", "@stable", "1.1.0")
    assert recorded(channels=(planned,)).channels == {
        "stable": Channel(
            "refs/heads/stable", "id-stable", "tree of @stable", "1.1.0", ("1.0.0", "1.0.1", "1.1.0")
        )
    }


def test_a_channel_s_history_begins_with_what_stood_there_before_phasegate_came() -> None:
    planned = PlannedChannel("edge", "refs/heads/edge", "@stable", "1.1.0", adopted="0.9.0")
    assert recorded(channels=(planned,)).channels["edge"].history == ("0.9.0", "1.1.0")


def test_the_docs_branch_keeps_its_earlier_sites() -> None:
    planned = PlannedDocs("refs/heads/gh-pages", "@docs", "1.1.0", "@artifact")
    assert recorded(docs=planned).docs == Docs(
        "refs/heads/gh-pages",
        "id-docs",
        "tree of @docs",
        "1.1.0",
        {"1.0.0": "site 1.0.0", "1.1.0": "id-site"},
    )


def test_a_site_that_is_brought_back_keeps_its_place() -> None:
    before = replace(BEFORE, docs=docs("1.0.0", "1.0.1"))
    back = recorded(before, docs=PlannedDocs("refs/heads/gh-pages", "@docs", "1.0.0", "site 1.0.0")).docs
    assert back is not None
    assert (back.version, list(back.sites)) == ("1.0.0", ["1.0.0", "1.0.1"])


def test_docs_without_a_release_s_site_add_none() -> None:
    planned = PlannedDocs("refs/heads/gh-pages", "@docs", None, None)
    first = recorded(state(), docs=planned).docs
    assert first == Docs("refs/heads/gh-pages", "id-docs", "tree of @docs", None, {})


def test_an_effect_is_keyed_by_its_operation() -> None:
    planned = (PlannedEffect("notice:file", {"kind": "phase"}), PlannedEffect("status-page"))
    assert recorded(effects=planned).effects == (
        Effect("3/notice:file", "notice:file", {"kind": "phase"}),
        Effect("3/status-page", "status-page"),
    )


def test_evidence_overrides_rollout_and_what_is_withdrawn_are_recorded_as_they_are() -> None:
    plan = replace(PLAN, rollout=rollout("1.1.0"), withdrawn={"1.0.0": "bad"})
    verdicts = (judgement("tests", "c"),)
    operation = record_operation(
        plan, BEFORE, ids=IDS, tree_of=str, judgements=verdicts, overrides=("soak: x; passed: urgent",)
    )
    assert (operation.judgements, operation.overrides) == (verdicts, ("soak: x; passed: urgent",))
    assert (operation.rollout, operation.withdrawn) == (plan.rollout, {"1.0.0": "bad"})


def test_the_state_can_follow_what_is_recorded() -> None:
    planned = PlannedChannel("stable", "refs/heads/stable", "@stable", "1.0.1")
    after = replace(BEFORE, length=2).apply(recorded(channels=(planned,)))
    assert after.channels["stable"].commit == "id-stable"
