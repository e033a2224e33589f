from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.planning.rollbacks import quick
from phasegate.rollout.planning.targets import Choice, RollbackRequest, Target
from phasegate.rollout.planning.versions import rollback_versions
from phasegate.version.semver import Version
from unit.phasegate.rollout.states import CONFIG, docs, release, rolled_back, rollout, state

if TYPE_CHECKING:
    from phasegate.ledger.state import State

QUICK = RollbackRequest("quick")
OLD, OLDER = release("1.1.0"), release("1.0.0")
CANDIDATE, FINAL = release("2.0.0-rc.1", "new"), release("2.0.0", "new")
RELEASED = state(
    OLDER,
    OLD,
    CANDIDATE,
    FINAL,
    channels={
        "internal": ("1.0.0", "1.1.0", "2.0.0-rc.1"),
        "canary": ("1.0.0", "1.1.0", "2.0.0-rc.1"),
        "stable": ("1.0.0", "1.1.0", "2.0.0"),
    },
    docs=docs("1.0.0", "1.1.0", "2.0.0-rc.1"),
    rollout=rollout("2.0.0", "new", "internal", "canary", "docs", "public"),
)


def after(before: State, choice: Choice) -> State:
    versions = rollback_versions(choice.targets, map(Version.parse, before.releases))
    return rolled_back(before, choice, versions)


def test_every_channel_of_the_rollout_gets_its_last_good_release_and_the_docs_theirs() -> None:
    assert quick.choose(RELEASED, CONFIG, QUICK) == Choice(
        targets=(
            Target("internal", CANDIDATE, OLD),
            Target("canary", CANDIDATE, OLD),
            Target("stable", FINAL, OLD),
        ),
        site=("1.1.0", "site 1.1.0"),
        bad=frozenset({"new"}),
    )


def test_a_channel_that_the_rollout_has_not_reached_stays() -> None:
    channels = {"internal": ("1.1.0", "2.0.0-rc.1"), "stable": ("1.1.0",)}
    early = state(OLD, CANDIDATE, channels=channels, docs=docs("1.1.0"), rollout=rollout("2.0.0", "new"))
    choice = quick.choose(early, CONFIG, QUICK)
    assert choice == Choice((Target("internal", CANDIDATE, OLD),), None, bad=frozenset({"new"}))


def test_only_the_channel_asked_for_is_touched() -> None:
    choice = quick.choose(RELEASED, CONFIG, replace(QUICK, channel="stable"))
    assert choice.targets == (Target("stable", FINAL, OLD),)


def test_the_release_to_go_back_to_can_be_named() -> None:
    choice = quick.choose(RELEASED, CONFIG, replace(QUICK, to="1.0.0"))
    assert [t.good for t in choice.targets] == [OLDER] * 3


def test_the_docs_follow_the_release_that_was_named() -> None:
    assert quick.choose(RELEASED, CONFIG, replace(QUICK, to="1.0.0")).site == ("1.0.0", "site 1.0.0")


def test_a_withdrawn_release_is_never_gone_back_to() -> None:
    burnt = replace(OLD, withdrawn="it burns")
    now = replace(RELEASED, releases={**RELEASED.releases, "1.1.0": burnt})
    assert [t.good for t in quick.choose(now, CONFIG, QUICK).targets] == [OLDER] * 3
    with pytest.raises(PhasegateError) as caught:
        quick.choose(now, CONFIG, replace(QUICK, to="1.1.0"))
    assert caught.value.code is ErrorCode.VERSION_UNKNOWN


def test_nothing_good_to_go_back_to_is_said_with_the_channel() -> None:
    first = state(CANDIDATE, channels={"internal": ("2.0.0-rc.1",)}, rollout=rollout("2.0.0", "new"))
    with pytest.raises(PhasegateError) as caught:
        quick.choose(first, CONFIG, QUICK)
    assert caught.value.code is ErrorCode.NOTHING_TO_ROLL_BACK
    assert caught.value.why == "channel internal has carried nothing good before 2.0.0-rc.1"


def test_a_channel_that_carries_nothing_is_refused() -> None:
    with pytest.raises(PhasegateError, match="channel edge has never carried a release"):
        quick.choose(RELEASED, CONFIG, replace(QUICK, channel="edge"))


def test_nothing_is_chosen_where_nothing_is_bad() -> None:
    assert quick.choose(state(OLD, channels={"stable": ("1.1.0",)}), CONFIG, QUICK) == Choice()


REQUESTS = [
    QUICK,
    replace(QUICK, channel="stable"),
    replace(QUICK, channel="canary"),
    replace(QUICK, to="1.0.0"),
    replace(QUICK, to="1.1.0"),
    replace(QUICK, channel="stable", to="1.0.0"),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_asking_again_changes_nothing_more(request_: RollbackRequest) -> None:
    then = after(RELEASED, quick.choose(RELEASED, CONFIG, request_))
    again = quick.choose(then, CONFIG, request_)
    assert again.targets == ()
    assert then.docs is not None
    assert again.site in (None, (then.docs.version, then.docs.sites[then.docs.version or ""]))


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_what_is_gone_back_to_is_not_withdrawn(request_: RollbackRequest) -> None:
    now = RELEASED
    for _ in range(2):
        choice = quick.choose(now, CONFIG, request_)
        assert not {t.good.content for t in choice.targets} & choice.bad
        now = after(now, choice)


def test_a_channel_left_on_the_withdrawn_release_is_taken_back_by_the_next_rollback() -> None:
    only_stable = after(RELEASED, quick.choose(RELEASED, CONFIG, replace(QUICK, channel="stable")))
    rest = quick.choose(only_stable, CONFIG, QUICK)
    assert {t.channel for t in rest.targets} == {"internal", "canary"}
    assert quick.choose(after(only_stable, rest), CONFIG, QUICK).targets == ()


@given(st.lists(st.sampled_from(REQUESTS[:3]), max_size=4))
def test_any_sequence_of_rollbacks_never_brings_back_what_is_withdrawn(
    requests: list[RollbackRequest],
) -> None:
    now = RELEASED
    for request_ in requests:
        choice = quick.choose(now, CONFIG, request_)
        assert all(t.good.withdrawn is None and t.good.content not in choice.bad for t in choice.targets)
        now = after(now, choice)
        carried = (
            now.releases[c.version] for name, c in now.channels.items() if request_.channel in (None, name)
        )
        assert all(r.withdrawn is None for r in carried)
