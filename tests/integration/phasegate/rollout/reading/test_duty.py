"""Which version is due, from tags, ledger, channels and manifests."""

from __future__ import annotations

import pytest

from phasegate.rollout.reading.duty import due_version
from phasegate.rollout.reading.world import source_tip
from workshop import FILES, Workshop, git

pytestmark = pytest.mark.once  # the same on every Python, and not swift

MANIFEST = "demo/.claude-plugin/plugin.json"


def due(workshop: Workshop) -> str:
    desk, world = workshop.desk, workshop.observe()
    return str(due_version(desk.repository.git, world, desk.config, source_tip(world, desk.config)))


def manifest(version: str) -> dict[str, str]:
    return {MANIFEST: FILES[MANIFEST].replace("0.0.0", version)}


def test_the_first_release_is_1_0_0(workshop: Workshop) -> None:
    assert due(workshop) == "1.0.0"


def test_a_manifest_that_clients_may_hold_already_is_a_floor_before_the_first_release(
    workshop: Workshop,
) -> None:
    workshop.commit("feat: more", manifest("1.4.2"))
    assert due(workshop) == "1.5.0"


def test_a_broken_manifest_does_not_hide_the_version(workshop: Workshop) -> None:
    workshop.commit("feat: more", {MANIFEST: "{"})
    assert due(workshop) == "1.0.0"


def test_a_version_that_a_channel_carries_unknown_to_the_ledger_is_a_floor(workshop: Workshop) -> None:
    workshop.commit("feat: by hand", manifest("7.0.0"), push=False)
    git(workshop.root, "push", "--quiet", "origin", "HEAD:refs/heads/stable")
    assert due(workshop) == "7.1.0"


def test_a_channel_without_a_plugin_is_no_floor(workshop: Workshop) -> None:
    git(workshop.root, "checkout", "--quiet", "--orphan", "empty")
    git(workshop.root, "rm", "-r", "--quiet", "--force", ".")
    workshop.commit("chore: nothing", {"README.md": "nothing"}, push=False)
    git(workshop.root, "push", "--quiet", "origin", "HEAD:refs/heads/stable")
    assert due(workshop) == "1.0.0"


def test_tags_from_before_the_ledger_count_only_where_they_lie_in_the_history(workshop: Workshop) -> None:
    git(workshop.root, "tag", "v2.3.0")
    git(workshop.root, "push", "--quiet", "origin", "v2.3.0")
    workshop.commit("fix: mend")
    assert due(workshop) == "2.3.1"


def test_the_ledger_s_release_is_the_base_although_its_tag_is_not_in_the_source_s_history(
    workshop: Workshop,
) -> None:
    git(workshop.root, "tag", "v0.9.0")
    git(workshop.root, "push", "--quiet", "origin", "v0.9.0")
    workshop.commit("feat: more")
    workshop.release()
    assert due(workshop) == "None"
    workshop.commit("fix: mend")
    assert due(workshop) == "1.0.1"


def test_a_hotfix_from_an_older_line_is_above_what_was_used(workshop: Workshop) -> None:
    older = workshop.commit("feat: old line")
    workshop.release()
    workshop.commit("feat: new line")
    workshop.release()
    git(workshop.root, "checkout", "--quiet", older)
    workshop.commit("fix: mend the old line", push=False)
    desk, head = workshop.desk, git(workshop.root, "rev-parse", "HEAD")
    assert str(due_version(desk.repository.git, workshop.observe(), desk.config, head)) == "1.1.1"


def publish_a_merge(workshop: Workshop, tag: str) -> None:
    """As a merged pull request leaves it: the public branch and the tag on a commit that the source does not have."""
    git(workshop.root, "checkout", "--quiet", "-b", "public", "HEAD~1")
    git(workshop.root, "merge", "--quiet", "--no-ff", "--message", "Merge", "main")
    git(workshop.root, "tag", tag)
    git(workshop.root, "push", "--quiet", "origin", "public:refs/heads/stable", tag)
    git(workshop.root, "checkout", "--quiet", "main")


def test_a_tag_on_what_the_public_followed_before_phasegate_came_is_the_last_release(
    workshop: Workshop,
) -> None:
    workshop.commit("feat: released by hand")
    publish_a_merge(workshop, "v2.3.0")
    assert due(workshop) == "None"
    workshop.commit("fix: mend it")
    assert due(workshop) == "2.3.1"
    workshop.release()
    assert "by hand" not in workshop.published("refs/heads/stable", "CHANGELOG.md")
    assert workshop.version_on("stable") == "2.3.1"


def test_a_source_that_took_the_public_branch_in_goes_on_from_there(released: Workshop) -> None:
    git(released.root, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", "stable")
    released.commit("fix: mend it")
    assert due(released) == "1.1.0"
    released.release()
    assert released.version_on("stable") == "1.1.0"
