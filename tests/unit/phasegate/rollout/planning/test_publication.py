from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from phasegate.config import Notify
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.remote import RemoteRef
from phasegate.rollout.planning.plan import (
    CommitSpec,
    PlannedChannel,
    PlannedDocs,
    PlannedEffect,
    PlannedMove,
    TagSpec,
    TreeSpec,
)
from phasegate.rollout.planning.publication import (
    adoptable,
    adopted_releases,
    announce,
    phase_effects,
    public_channel_version,
    refuse_reuse,
    rollout_under_way,
    start_plan,
    step_channel,
    step_docs,
    tag_release,
)
from phasegate.rollout.reading.materials import Materials
from unit.phasegate.rollout.states import (
    AT,
    AT_S,
    CONFIG,
    OCCASION,
    docs,
    release,
    rollout,
    state,
    world,
)

if TYPE_CHECKING:
    from phasegate.rollout.reading.world import World

STABLE = "refs/heads/stable"
TREE = TreeSpec("tree")
RELEASED = state(release("1.0.0"), channels={"stable": ("1.0.0",)}, docs=docs("1.0.0"))


def step(now: World, materials: Materials | None = None) -> tuple[CommitSpec, PlannedMove, PlannedChannel]:
    made = step_channel(
        now, CONFIG, materials or Materials(), name="stable", version="1.1.0", release="@release", tree=TREE
    )
    return made.commit, made.move, made.channel


def test_a_plan_follows_the_ledger_as_it_is() -> None:
    plan = start_plan(world(RELEASED), OCCASION, "deploy", "Deploy")
    assert (plan.number, plan.ledger_head, plan.at_s, plan.why) == (2, "ledger head", AT_S, "it burns")
    first = start_plan(world(state()), OCCASION, "deploy", "Deploy")
    assert (first.number, first.ledger_head, first.changes_nothing) == (1, None, True)


def test_a_channel_s_next_commit_has_its_tip_and_the_release_as_parents_and_the_release_s_tree() -> None:
    assert step(world(RELEASED)) == (
        CommitSpec("@refs/heads/stable", TREE, ("stable 1.0.0", "@release"), "Publish 1.1.0 on stable\n"),
        PlannedMove(STABLE, "stable 1.0.0", "@refs/heads/stable"),
        PlannedChannel("stable", STABLE, "@refs/heads/stable", "1.1.0"),
    )


def test_a_channel_s_first_commit_has_the_release_as_its_only_parent() -> None:
    commit, move, _ = step(world(state()))
    assert (commit.parents, move.old) == (("@release",), None)


def test_a_channel_that_someone_deleted_goes_on_from_where_the_ledger_left_it() -> None:
    commit, move, _ = step(world(RELEASED, stable=None))
    assert (commit.parents, move.old) == (("stable 1.0.0", "@release"), None)


def test_a_channel_that_someone_moved_goes_on_from_there() -> None:
    commit, move, _ = step(world(RELEASED, stable="theirs"))
    assert (commit.parents, move.old) == (("theirs", "@release"), "theirs")


def test_what_stood_on_a_channel_without_the_ledger_knowing_is_noted() -> None:
    foreign = Materials(foreign={"stable": release("0.9.0")})
    assert step(world(state(), stable="theirs"), foreign)[2].adopted == "0.9.0"


def test_the_docs_branch_gets_the_site_and_keeps_its_status_page() -> None:
    page = {"status.html": b"page"}
    made = step_docs(world(RELEASED), CONFIG, Materials(status_page=page), site="@artifact", version="1.1.0")
    node = "@refs/heads/gh-pages"
    assert made.commit == CommitSpec(
        node, TreeSpec("@artifact", page), ("docs commit",), "Publish the documentation of 1.1.0\n"
    )
    assert made.move == PlannedMove("refs/heads/gh-pages", "docs commit", node)
    assert made.docs == PlannedDocs("refs/heads/gh-pages", node, "1.1.0", "@artifact")


def test_the_docs_branch_begins_without_a_parent() -> None:
    made = step_docs(world(state()), CONFIG, Materials(), site="@artifact", version="1.1.0")
    assert (made.commit.parents, made.move.old) == ((), None)


def test_a_release_is_tagged_by_the_configured_format() -> None:
    config = replace(CONFIG, tag_format="demo-{version}-x")
    tag, move = tag_release(world(state()), config, version="1.1.0", target="@release", title="Release")
    assert tag == TagSpec("refs/tags/demo-1.1.0-x", "@release", "Release\n")
    assert move == PlannedMove(tag.ref, None, f"@{tag.ref}")


def test_a_tag_that_the_ledger_does_not_know_is_refused() -> None:
    now = world(state())
    now = replace(now, refs={**now.refs, "refs/tags/v1.1.0": RemoteRef("tag", "elsewhere")})
    with pytest.raises(PhasegateError) as caught:
        tag_release(now, CONFIG, version="1.1.0", target="@release", title="Release")
    assert caught.value.code is ErrorCode.TAG_EXISTS
    assert caught.value.what == "The remote has a tag v1.1.0 that the ledger does not know."
    assert caught.value.why == "It names commit elsewhere."


def test_a_version_of_the_ledger_is_never_tagged_again() -> None:
    with pytest.raises(PhasegateError) as caught:
        tag_release(world(RELEASED), CONFIG, version="1.0.0", target="@release", title="Release")
    assert caught.value.code is ErrorCode.VERSION_REUSED


def test_a_version_may_be_used_again_for_the_same_tree_only() -> None:
    refuse_reuse(world(RELEASED), "1.0.0", tree="tree 1.0.0")
    refuse_reuse(world(RELEASED), "1.1.0")
    with pytest.raises(PhasegateError, match=r"Version 1\.0\.0 stands for tree tree 1\.0\.0 already"):
        refuse_reuse(world(RELEASED), "1.0.0", tree="other")


def test_a_version_on_a_channel_that_the_ledger_does_not_know_counts_as_used() -> None:
    foreign = {"stable": release("1.1.0"), "canary": release("1.2.0")}
    refuse_reuse(world(RELEASED), "1.1.0", foreign, tree="tree 1.1.0")
    with pytest.raises(PhasegateError) as caught:
        refuse_reuse(world(RELEASED), "1.1.0", foreign)
    assert caught.value.code is ErrorCode.VERSION_REUSED


def planned(*names: str) -> tuple[PlannedChannel, ...]:
    return tuple(PlannedChannel(name, f"refs/heads/{name}", "@x", "2.0.0") for name in names)


def test_releases_that_stand_on_the_plan_s_channels_are_adopted_once() -> None:
    old = release("0.9.0")
    foreign = Materials(foreign={"stable": old, "canary": old, "edge": release("0.8.0")})
    assert adopted_releases(world(state()), foreign, planned("stable", "canary", "internal")) == (old,)


def test_a_release_that_the_ledger_knows_is_not_adopted_again() -> None:
    foreign = Materials(foreign={"stable": release("1.0.0")})
    assert adopted_releases(world(RELEASED), foreign, planned("stable")) == ()


def test_a_foreign_release_under_a_used_version_is_not_adopted() -> None:
    foreign = Materials(foreign={"stable": release("1.0.0", tree="other")})
    assert adoptable(world(RELEASED), foreign, "stable") is None
    assert adopted_releases(world(RELEASED), foreign, planned("stable")) == ()
    assert step(world(RELEASED, stable="theirs"), foreign)[2].adopted is None


def test_a_foreign_release_is_adoptable_where_its_version_is_free_or_means_the_same_tree() -> None:
    for found in (release("0.9.0"), release("1.0.0")):
        assert adoptable(world(RELEASED), Materials(foreign={"stable": found}), "stable") == found
    assert adoptable(world(RELEASED), Materials(), "stable") is None


@pytest.mark.parametrize(
    ("notify", "docs_branch", "names"),
    [
        (Notify(), "gh-pages", ["notice:file", "notice:console", "status-page"]),
        (Notify(console=False), None, ["notice:file"]),
        (Notify(apprise_variable="URLS"), None, ["notice:file", "notice:console", "notice:apprise"]),
    ],
)
def test_every_configured_channel_gets_a_notice_and_the_docs_branch_its_status_page(
    notify: Notify, docs_branch: str | None, names: list[str]
) -> None:
    config = replace(CONFIG, notify=notify, docs_branch=docs_branch)
    assert [effect.name for effect in announce(world(RELEASED), config, OCCASION, "release", {})] == names


def test_a_notice_says_who_when_why_and_what() -> None:
    notice, *_ = announce(world(RELEASED), CONFIG, OCCASION, "release", {"version": "1.1.0"})
    assert notice == PlannedEffect(
        "notice:file",
        {
            "kind": "release",
            "actor": "Ada",
            "when": AT,
            "operation": "2",
            "reason": "it burns",
            "version": "1.1.0",
        },
    )


def test_the_notice_of_a_phase_says_where_and_until_when_it_soaks() -> None:
    canary, docs_phase = CONFIG.phases["canary"], CONFIG.phases["docs"]
    notice, *_ = phase_effects(world(RELEASED), CONFIG, canary, OCCASION, "1.1.0-rc.1")
    said = {key: notice.values[key] for key in ("phase", "version", "channel", "until")}
    assert said == {
        "phase": "canary",
        "version": "1.1.0-rc.1",
        "channel": "canary",
        "until": "2027-01-15T09:00:00Z",
    }
    notice, *_ = phase_effects(world(RELEASED), CONFIG, docs_phase, OCCASION, "1.1.0-rc.1")
    assert (notice.values["channel"], notice.values["until"]) == ("docs", "")


def test_a_plan_with_its_notices_has_the_same_hash_a_minute_later() -> None:
    hashes = set()
    for at_s in (AT_S, AT_S + 60):
        occasion = replace(OCCASION, at_s=at_s, now_s=at_s)
        effects = phase_effects(world(RELEASED), CONFIG, CONFIG.phases["canary"], occasion, "1.1.0-rc.1")
        hashes.add(replace(start_plan(world(RELEASED), occasion, "deploy", "x"), effects=effects).hash)
    assert len(hashes) == 1


def test_the_rollout_under_way_is_asked_for_or_its_absence_said() -> None:
    now = rollout("1.1.0")
    assert rollout_under_way(world(state(rollout=now))) == now
    with pytest.raises(PhasegateError) as caught:
        rollout_under_way(world(RELEASED))
    assert caught.value.code is ErrorCode.ROLLOUT_MISSING


def test_the_public_s_version_is_that_of_the_public_channel() -> None:
    assert public_channel_version(world(RELEASED), CONFIG) == "1.0.0"
    assert public_channel_version(world(state()), CONFIG) == ""
