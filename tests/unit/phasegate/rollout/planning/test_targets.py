from __future__ import annotations

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.planning.targets import (
    bad_contents,
    current_release,
    last_good,
    last_public,
    last_site,
    nothing_to_roll_back,
    refuse_unproven,
    representative,
    requested_release,
)
from unit.phasegate.rollout.states import CONFIG, docs, release, rollout, state

OLD, NEW = release("1.0.0"), release("1.1.0")
BURNT = release("1.0.1", withdrawn="it burns")
CARRIED = {"internal": ("1.0.0", "1.1.0"), "stable": ("1.0.0", "1.0.1")}


def test_a_channel_s_current_release_is_the_one_of_its_version() -> None:
    assert current_release(state(OLD, NEW, channels={"stable": ("1.0.0", "1.1.0")}), "stable") == NEW


def test_a_channel_that_never_carried_anything_has_nothing_to_roll_back() -> None:
    with pytest.raises(PhasegateError) as caught:
        current_release(state(OLD), "stable")
    assert caught.value.code is ErrorCode.NOTHING_TO_ROLL_BACK
    assert caught.value.why == "channel stable has never carried a release"
    assert "Releases: 1.0.0." in caught.value.hint


def test_where_nothing_was_ever_released_the_hint_says_so() -> None:
    assert "Releases: none." in nothing_to_roll_back("why", state()).hint


def test_the_rollout_and_what_is_withdrawn_but_still_carried_are_bad() -> None:
    gone = release("0.9.0", withdrawn="long gone")
    now = state(gone, OLD, NEW, BURNT, channels=CARRIED, rollout=rollout("1.1.0"))
    assert bad_contents(now) == {NEW.content, BURNT.content}


def test_nothing_is_bad_where_no_rollout_is_under_way_and_nothing_is_withdrawn() -> None:
    assert bad_contents(state(OLD, channels={"stable": ("1.0.0",)})) == frozenset()


def test_a_good_release_can_be_asked_for() -> None:
    assert requested_release(state(OLD, NEW), "1.0.0") == OLD


@pytest.mark.parametrize(
    ("version", "why"), [("9.9.9", "The ledger has no such version."), ("1.0.1", "It is withdrawn.")]
)
def test_a_release_that_is_unknown_or_withdrawn_is_refused_with_those_that_are_good(
    version: str, why: str
) -> None:
    with pytest.raises(PhasegateError) as caught:
        requested_release(state(OLD, NEW, BURNT), version)
    assert (caught.value.code, caught.value.why) == (ErrorCode.VERSION_UNKNOWN, why)
    assert caught.value.hint == "Good releases: 1.0.0, 1.1.0."


def test_where_every_release_is_withdrawn_no_good_one_is_offered() -> None:
    with pytest.raises(PhasegateError, match="Good releases: none"):
        requested_release(state(BURNT), "1.0.1")


def test_the_last_good_release_is_the_channel_s_own_where_it_has_one() -> None:
    now = state(OLD, NEW, BURNT, channels={"canary": ("1.0.0", "1.1.0"), "stable": ("1.0.0", "1.0.1")})
    assert last_good(now, CONFIG, "canary", frozenset()) == NEW
    assert last_good(now, CONFIG, "canary", frozenset({NEW.content})) == OLD


def test_else_the_last_good_one_of_the_public_else_of_a_channel_before_it() -> None:
    other = release("0.9.0")
    now = state(
        OLD, NEW, other, channels={"internal": ("1.1.0",), "canary": ("0.9.0",), "stable": ("1.0.0",)}
    )
    assert last_good(now, CONFIG, "internal", frozenset({NEW.content})) == OLD
    assert last_good(now, CONFIG, "internal", frozenset({NEW.content, OLD.content})) == other
    assert last_good(now, CONFIG, "edge", frozenset()) == OLD


def test_no_channel_gets_back_what_has_not_come_as_far() -> None:
    now = state(
        OLD, NEW, channels={"internal": ("1.0.0", "1.1.0"), "canary": ("1.0.0",), "stable": ("1.0.0",)}
    )
    assert last_good(now, CONFIG, "canary", frozenset({OLD.content})) is None
    refuse_unproven(now, CONFIG, "internal", NEW)
    refuse_unproven(now, CONFIG, "canary", OLD)
    for channel in ("canary", "stable", "edge"):
        with pytest.raises(PhasegateError) as caught:
            refuse_unproven(now, CONFIG, channel, NEW)
        assert caught.value.code is ErrorCode.NOTHING_TO_ROLL_BACK
        assert "its gates have not judged it" in caught.value.why


def test_there_may_be_no_good_release_at_all() -> None:
    now = state(NEW, channels={"canary": ("1.1.0",)})
    assert last_good(now, CONFIG, "canary", frozenset({NEW.content})) is None
    assert last_public(now, CONFIG, frozenset()) is None


def test_the_last_public_release_is_neither_bad_nor_withdrawn() -> None:
    now = state(OLD, NEW, BURNT, channels={"stable": ("1.0.0", "1.1.0", "1.0.1")})
    assert last_public(now, CONFIG, frozenset()) == NEW
    assert last_public(now, CONFIG, frozenset({NEW.content})) == OLD


def test_a_release_is_represented_by_the_highest_that_differs_in_its_version_only() -> None:
    candidate = release("1.0.0-rc.1", "c")
    final = release("1.0.0", "c")
    dark = release("1.0.3", "c", flags={"fast": False})
    burnt = release("1.0.4", "c", withdrawn="bad")
    now = state(candidate, final, dark, burnt, release("2.0.0"))
    assert representative(now, candidate) == final
    assert representative(now, dark) == dark


def test_a_withdrawn_release_without_a_good_double_represents_itself() -> None:
    assert representative(state(BURNT), BURNT) == BURNT


def test_the_last_good_site_is_that_of_neither_a_bad_nor_a_withdrawn_release() -> None:
    now = state(OLD, NEW, BURNT, docs=docs("1.0.0", "1.1.0", "1.0.1"))
    assert last_site(now, frozenset()) == ("1.1.0", "site 1.1.0")
    assert last_site(now, frozenset({NEW.content})) == ("1.0.0", "site 1.0.0")
    assert last_site(now, frozenset({NEW.content, OLD.content})) is None


def test_the_site_of_a_version_is_that_of_any_release_with_its_content() -> None:
    now = state(release("1.0.0-rc.1", "a"), release("1.0.0", "a"), NEW, docs=docs("1.0.0-rc.1", "1.1.0"))
    assert last_site(now, frozenset(), "1.0.0") == ("1.0.0-rc.1", "site 1.0.0-rc.1")


def test_without_a_docs_branch_there_is_no_site() -> None:
    assert last_site(state(OLD), frozenset()) is None
