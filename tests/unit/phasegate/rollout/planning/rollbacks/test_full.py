from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.planning.rollbacks import full
from phasegate.rollout.planning.targets import Choice, RollbackRequest, Target
from phasegate.rollout.planning.versions import rollback_versions
from phasegate.version.semver import Version
from unit.phasegate.rollout.states import CONFIG, docs, release, rolled_back, rollout, state

if TYPE_CHECKING:
    from phasegate.ledger.state import State

FULL = RollbackRequest("full")
OLDER, OLD = release("1.0.0"), release("1.1.0")
CANDIDATE, FINAL = release("2.0.0-rc.1", "new"), release("2.0.0", "new")
SIDEWAYS = release("1.2.0-rc.1", "sideways")
RELEASED = state(
    OLDER,
    OLD,
    SIDEWAYS,
    CANDIDATE,
    FINAL,
    channels={
        "internal": ("1.0.0", "1.1.0", "1.2.0-rc.1", "2.0.0-rc.1"),
        "canary": ("1.0.0", "1.1.0", "1.2.0-rc.1"),
        "stable": ("1.0.0", "1.1.0", "2.0.0"),
    },
    docs=docs("1.0.0", "1.1.0", "2.0.0-rc.1"),
    rollout=rollout("2.0.0", "new"),
)


def after(before: State, choice: Choice) -> State:
    versions = rollback_versions(choice.targets, map(Version.parse, before.releases))
    return rolled_back(before, choice, versions)


def test_every_channel_gets_the_one_last_good_public_release() -> None:
    assert full.choose(RELEASED, CONFIG, FULL) == Choice(
        targets=(
            Target("internal", CANDIDATE, OLD),
            Target("canary", SIDEWAYS, OLD),
            Target("stable", FINAL, OLD),
        ),
        site=("1.1.0", "site 1.1.0"),
        bad=frozenset({"new", "sideways"}),
        reports=True,
    )


def test_a_channel_that_carries_it_already_stays() -> None:
    channels = {"internal": ("2.0.0-rc.1",), "stable": ("1.1.0",)}
    now = state(OLD, CANDIDATE, channels=channels, rollout=rollout("2.0.0", "new"))
    assert [t.channel for t in full.choose(now, CONFIG, FULL).targets] == ["internal"]


def test_the_release_to_go_back_to_can_be_named_for_channels_and_docs() -> None:
    choice = full.choose(RELEASED, CONFIG, replace(FULL, to="1.0.0"))
    assert {(t.channel, t.good.version) for t in choice.targets} == {
        ("internal", "1.0.0"),
        ("canary", "1.0.0"),
        ("stable", "1.0.0"),
    }
    assert choice.site == ("1.0.0", "site 1.0.0")


def test_a_named_release_is_gone_back_to_although_nothing_is_bad() -> None:
    calm = state(OLDER, OLD, channels={"stable": ("1.0.0", "1.1.0")})
    choice = full.choose(calm, CONFIG, replace(FULL, to="1.0.0"))
    assert (choice.targets, choice.bad) == ((Target("stable", OLD, OLDER),), frozenset({OLD.content}))


@pytest.mark.parametrize("version", ["1.1.0", "9.9.9"])
def test_a_release_that_is_withdrawn_or_unknown_cannot_be_named(version: str) -> None:
    now = replace(RELEASED, releases={**RELEASED.releases, "1.1.0": replace(OLD, withdrawn="bad")})
    with pytest.raises(PhasegateError) as caught:
        full.choose(now, CONFIG, replace(FULL, to=version))
    assert caught.value.code is ErrorCode.VERSION_UNKNOWN


def test_without_an_earlier_public_release_there_is_nothing_to_go_back_to() -> None:
    first = state(FINAL, channels={"stable": ("2.0.0",)}, rollout=rollout("2.0.0", "new"))
    with pytest.raises(PhasegateError) as caught:
        full.choose(first, CONFIG, FULL)
    assert (caught.value.code, caught.value.why) == (
        ErrorCode.NOTHING_TO_ROLL_BACK,
        "the public has carried nothing good before",
    )


def test_nothing_is_chosen_where_nothing_is_bad() -> None:
    assert full.choose(state(OLD, channels={"stable": ("1.1.0",)}), CONFIG, FULL) == Choice()


@pytest.mark.parametrize("to", [None, "1.0.0", "1.1.0"])
def test_asking_again_changes_nothing_more(to: str | None) -> None:
    request = replace(FULL, to=to)
    then = after(RELEASED, full.choose(RELEASED, CONFIG, request))
    again = full.choose(then, CONFIG, request)
    assert (again.targets, again.reports) == ((), False)
    assert then.docs is not None
    assert again.site in (None, (then.docs.version, then.docs.sites[then.docs.version or ""]))


@pytest.mark.parametrize("to", [None, "1.0.0", "1.1.0", "2.0.0", "2.0.0-rc.1"])
def test_what_is_gone_back_to_is_not_withdrawn(to: str | None) -> None:
    choice = full.choose(RELEASED, CONFIG, replace(FULL, to=to))
    wanted = RELEASED.releases[to].content if to else OLD.content
    assert wanted not in choice.bad
