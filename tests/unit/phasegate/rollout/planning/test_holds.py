from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from phasegate.ledger.records import Effect
from phasegate.ledger.times import iso
from phasegate.rollout.planning.holds import holds_before, next_phase
from phasegate.rollout.planning.plan import Hold
from unit.phasegate.rollout.states import AT_S, CONFIG, docs, judgement, release, rollout, state, world

if TYPE_CHECKING:
    from phasegate.ledger.state import State
    from phasegate.rollout.reading.world import World

HOUR_S = 3600
CANARY, PUBLIC = CONFIG.phases["canary"], CONFIG.phases["public"]
CANDIDATE = release("1.1.0-rc.1", "c")


def gates_of(*phases: str) -> dict[str, object]:
    names = [gate for phase in phases for gate in CONFIG.phases[phase].gates]
    return {name: judgement(name, "c") for name in names}


def under_way(*phases: str, **fields: object) -> State:
    """The rollout of 1.1.0 in `phases`, with the evidence that each of them asked for."""
    channels = {CONFIG.phases[p].channel: ("1.1.0-rc.1",) for p in phases if CONFIG.phases[p].channel}
    return state(
        CANDIDATE,
        channels=channels,
        rollout=rollout("1.1.0", "c", *phases),
        **{
            "judgements": gates_of(*phases),
            "docs": docs("1.1.0-rc.1") if "docs" in phases else None,
            **fields,
        },
    )


def holds(now: World, phase: str, after_s: int = HOUR_S) -> tuple[Hold, ...]:
    return holds_before(now, CONFIG, CONFIG.phases[phase], AT_S + after_s)


def test_nothing_keeps_the_first_phase_waiting() -> None:
    assert holds(world(state()), "internal") == ()


@pytest.mark.parametrize(
    ("phases", "following"),
    [
        (("internal",), "canary"),
        (("internal", "canary"), "docs"),
        (("internal", "canary", "docs"), "public"),
    ],
)
def test_a_rollout_that_did_all_that_was_asked_goes_on(phases: tuple[str, ...], following: str) -> None:
    now = under_way(*phases)
    assert next_phase(CONFIG, rollout("1.1.0", "c", *phases)) is CONFIG.phases[following]
    assert holds(world(now), following) == ()


def test_phases_are_entered_in_their_order() -> None:
    assert holds(world(under_way("internal")), "public") == (
        Hold("order", "phase canary has not been entered by 1.1.0-rc.1"),
        Hold("order", "phase docs has not been entered by 1.1.0-rc.1"),
    )


def test_a_phase_soaks_to_the_second() -> None:
    now = world(under_way("internal", "canary"))
    soak = Hold("soak", "1.1.0-rc.1 soaks in phase canary", iso(AT_S + HOUR_S))
    assert holds(now, "docs", HOUR_S - 1) == (soak,)
    assert holds(now, "docs", HOUR_S) == ()


def test_a_channel_that_someone_else_moved_is_a_hold_and_breaks_its_phase_s_criterion() -> None:
    now = world(under_way("internal", "canary"), canary="theirs")
    moved = "refs/heads/canary is at theirs, the ledger left it at canary 1.1.0-rc.1: someone else moved it"
    assert holds(now, "canary") == (Hold("moved", moved),)
    criterion = Hold("criterion", "refs/heads/canary of phase canary is not where the ledger left it")
    assert holds(now, "docs") == (criterion,)


def test_a_channel_that_someone_deleted_is_a_hold_too() -> None:
    now = world(under_way("internal", "canary"), canary=None)
    assert [hold.kind for hold in holds(now, "canary")] == ["moved"]
    assert "is at None" in holds(now, "canary")[0].reason


def test_a_docs_branch_that_someone_else_moved_breaks_its_phase_s_criterion() -> None:
    now = world(under_way("internal", "canary", "docs"), gh_pages="theirs")
    said = "refs/heads/gh-pages of phase docs is not where the ledger left it"
    assert holds(now, "public") == (Hold("criterion", said),)


def test_an_effect_that_is_still_to_be_performed_is_waited_for() -> None:
    now = world(under_way("internal", "canary", effects=(Effect("2/notice:file", "notice:file"),)))
    said = "effect 2/notice:file has not been performed; run `invoke resume`"
    assert holds(now, "docs") == (Hold("criterion", said),)


def test_a_channel_with_its_flags_off_stops_the_rollout_of_the_same_content() -> None:
    dark = release("1.1.0-rc.2", "c", kind="flag")
    now = under_way("internal")
    now = replace(now, releases={**now.releases, "1.1.0-rc.2": dark})
    now.channels["internal"] = replace(now.channels["internal"], version="1.1.0-rc.2")
    said = "channel internal carries 1.1.0-rc.2 with its feature flags off"
    assert holds(world(now), "canary") == (Hold("flag", said),)


def test_all_holds_are_told_at_once() -> None:
    now = under_way("internal", "canary", judgements={}, effects=(Effect("2/x", "x"),))
    dark = release("1.1.0-rc.2", "c", kind="flag")
    now = replace(now, releases={**now.releases, "1.1.0-rc.2": dark})
    now.channels["stable"] = replace(now.channels["internal"], ref="refs/heads/stable", version="1.1.0-rc.2")
    kinds = [hold.kind for hold in holds(world(now, stable="theirs"), "public", 0)]
    assert kinds == ["moved", "soak", "criterion", "order", "flag"]


def test_without_a_rollout_only_a_moved_channel_holds() -> None:
    calm = state(release("1.0.0"), channels={"internal": ("1.0.0",)})
    assert [hold.kind for hold in holds(world(calm, internal="theirs"), "internal")] == ["moved"]
    assert holds(world(calm), "internal") == ()


def test_after_the_last_phase_there_is_no_next() -> None:
    assert next_phase(CONFIG, rollout("1.1.0", "c", *CONFIG.phases)) is None


def test_a_phase_that_was_entered_out_of_turn_counts_as_reached() -> None:
    assert next_phase(CONFIG, rollout("1.1.0", "c", "docs", "internal")) is PUBLIC


def test_a_phase_that_the_configuration_no_longer_has_is_passed_over() -> None:
    without_docs = replace(CONFIG, phases={n: p for n, p in CONFIG.phases.items() if n != "docs"})
    assert next_phase(without_docs, rollout("1.1.0", "c", "internal", "canary", "docs")) is PUBLIC
    assert next_phase(without_docs, rollout("1.1.0", "c", "docs")) is CONFIG.phases["internal"]
