from __future__ import annotations

from dataclasses import replace

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.planning.rollbacks import flag
from phasegate.rollout.planning.targets import RollbackRequest, Target
from phasegate.rollout.planning.versions import rollback_versions
from phasegate.version.semver import Version
from unit.phasegate.rollout.states import CONFIG, release, rolled_back, rollout, state

FLAG = RollbackRequest("flag")
LIT = {"fast": True, "loud": False}
CANDIDATE = release("2.0.0-rc.1", "new", flags=LIT)
FINAL = release("2.0.0", "new", flags=LIT)
DARK = release("1.0.1", "old", flags={"fast": False})
PLAIN = release("1.0.0", "old")
NOW = state(
    PLAIN,
    DARK,
    CANDIDATE,
    FINAL,
    channels={"internal": ("2.0.0-rc.1",), "canary": ("1.0.0", "1.0.1"), "stable": ("1.0.0", "2.0.0")},
    rollout=rollout("2.0.0", "new"),
)


def test_every_channel_with_a_flag_on_keeps_its_content_and_loses_its_flags() -> None:
    choice = flag.choose(NOW, CONFIG, FLAG)
    assert choice.targets == (Target("internal", CANDIDATE, FINAL), Target("stable", FINAL, FINAL))
    assert choice.flags_off


def test_nothing_is_withdrawn_and_the_docs_stay() -> None:
    choice = flag.choose(NOW, CONFIG, FLAG)
    assert (choice.bad, choice.site, choice.reports) == (frozenset(), None, False)


def test_only_the_channel_asked_for_is_touched() -> None:
    choice = flag.choose(NOW, CONFIG, replace(FLAG, channel="stable"))
    assert [t.channel for t in choice.targets] == ["stable"]


@pytest.mark.parametrize("channel", [None, "stable", "internal"])
def test_asking_again_changes_nothing_more(channel: str | None) -> None:
    request = replace(FLAG, channel=channel)
    choice = flag.choose(NOW, CONFIG, request)
    versions = rollback_versions(choice.targets, map(Version.parse, NOW.releases))
    then = rolled_back(NOW, choice, versions)
    assert flag.choose(then, CONFIG, request).targets == ()
    assert then.rollout == NOW.rollout


def test_flags_that_are_off_already_are_left_alone() -> None:
    assert flag.choose(NOW, CONFIG, replace(FLAG, channel="canary")).targets == ()


def test_where_no_release_has_a_flag_there_is_nothing_to_turn_off() -> None:
    with pytest.raises(PhasegateError) as caught:
        flag.choose(state(PLAIN, channels={"stable": ("1.0.0",)}), CONFIG, FLAG)
    assert (caught.value.code, caught.value.why) == (
        ErrorCode.NOTHING_TO_ROLL_BACK,
        "no channel carries a release with a feature flag",
    )


def test_a_channel_that_carries_nothing_is_refused() -> None:
    with pytest.raises(PhasegateError, match="channel edge has never carried a release"):
        flag.choose(NOW, CONFIG, replace(FLAG, channel="edge"))
