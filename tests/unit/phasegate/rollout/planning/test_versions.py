from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phasegate.rollout.planning.targets import Target
from phasegate.rollout.planning.versions import rollback_versions
from phasegate.version.semver import Level, Version
from unit.phasegate.rollout.states import release

NUMBERS = st.integers(0, 2)
FINALS = st.builds(Version, NUMBERS, NUMBERS, NUMBERS)
VERSIONS = st.one_of(FINALS, st.builds(Version.with_candidate, FINALS, st.integers(1, 3)))
CHANNELS = ("internal", "canary", "stable", "edge")


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Target], set[Version]]:
    """Targets of up to four channels, and the versions used so far: theirs and others."""
    targets = [
        Target(name, release(str(draw(VERSIONS))), release("0.0.1", tree=draw(st.sampled_from("ab"))))
        for name in draw(st.lists(st.sampled_from(CHANNELS), unique=True))
    ]
    used = draw(st.sets(VERSIONS, max_size=12)) | {Version.parse(t.current.version) for t in targets}
    return targets, used


def target(name: str, current: str, tree: str = "a") -> Target:
    return Target(name, release(current), release("0.0.1", tree=tree))


def given_versions(*targets: Target, used: tuple[str, ...] = ()) -> dict[str, str]:
    taken = {Version.parse(text) for text in (*used, *(t.current.version for t in targets))}
    return {name: str(version) for name, version in rollback_versions(targets, taken).items()}


@given(situations())
def test_every_channel_gets_a_version_above_what_it_has(situation: tuple[list[Target], set[Version]]) -> None:
    targets, used = situation
    versions = rollback_versions(targets, used)
    assert versions.keys() == {t.channel for t in targets}
    assert all(versions[t.channel] > Version.parse(t.current.version) for t in targets)


@given(situations())
def test_every_version_is_fresh(situation: tuple[list[Target], set[Version]]) -> None:
    targets, used = situation
    assert not set(rollback_versions(targets, used).values()) & used


@given(situations())
def test_a_version_never_stands_for_two_trees(situation: tuple[list[Target], set[Version]]) -> None:
    targets, used = situation
    versions = rollback_versions(targets, used)
    assert len({(versions[t.channel], t.good.tree) for t in targets}) == len(set(versions.values()))


@given(situations())
def test_channels_with_the_same_tree_share_a_version_wherever_they_can(
    situation: tuple[list[Target], set[Version]],
) -> None:
    targets, used = situation
    versions = rollback_versions(targets, used)
    ranked = sorted(targets, key=rank, reverse=True)
    for place, one in enumerate(ranked):
        higher = {versions[t.channel] for t in ranked[:place] if t.good.tree == one.good.tree}
        fitting = {version for version in higher if version > Version.parse(one.current.version)}
        assert not fitting or versions[one.channel] in fitting


def rank(target: Target) -> tuple[bool, Version]:
    """Finals go first, so that no channel that people follow gets a candidate for want of a final version."""
    version = Version.parse(target.current.version)
    return version.is_final, version


@given(situations())
def test_the_result_does_not_depend_on_the_order_of_channels(
    situation: tuple[list[Target], set[Version]],
) -> None:
    targets, used = situation
    currents = {t.current.version for t in targets}
    if len(currents) == len(targets):
        assert rollback_versions(targets[::-1], used) == rollback_versions(targets, used)


@given(FINALS, st.sets(FINALS, max_size=6))
def test_a_final_version_is_followed_by_its_next_free_patch(current: Version, used: set[Version]) -> None:
    found = rollback_versions([target("stable", str(current))], used | {current})["stable"]
    assert (found.major, found.minor, found.is_final) == (current.major, current.minor, True)
    between = {Version(current.major, current.minor, n) for n in range(current.patch + 1, found.patch)}
    assert between <= used
    assert current.bump(Level.PATCH) <= found


def test_a_candidate_is_followed_by_the_next_candidate() -> None:
    assert given_versions(target("canary", "1.1.0-rc.1")) == {"canary": "1.1.0-rc.2"}
    assert given_versions(target("canary", "1.1.0-rc.1"), used=("1.1.0-rc.4",)) == {"canary": "1.1.0-rc.5"}


def test_all_channels_share_the_final_version_above_them() -> None:
    targets = (target("internal", "2.0.0-rc.2"), target("canary", "2.0.0-rc.2"), target("stable", "2.0.0"))
    assert given_versions(*targets) == dict.fromkeys(["internal", "canary", "stable"], "2.0.1")


def test_a_candidate_ahead_of_the_public_does_not_take_the_public_s_lower_version() -> None:
    targets = (target("canary", "2.1.0-rc.1"), target("stable", "2.0.0"))
    assert given_versions(*targets) == {"canary": "2.1.0-rc.2", "stable": "2.0.1"}


def test_the_public_never_gets_a_candidate() -> None:
    targets = (target("canary", "2.1.0-rc.1"), target("stable", "1.0.0"))
    assert given_versions(*targets)["stable"] == "1.0.1"


def test_different_trees_get_different_versions() -> None:
    targets = (target("canary", "2.0.0", tree="a"), target("stable", "2.0.0", tree="b"))
    assert sorted(given_versions(*targets).values()) == ["2.0.1", "2.0.2"]


def test_without_targets_there_are_no_versions() -> None:
    assert rollback_versions([], {Version(1, 0, 0)}) == {}
