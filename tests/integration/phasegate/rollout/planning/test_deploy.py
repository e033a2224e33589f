"""Deploying, on a real remote."""

from __future__ import annotations

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.proving.verify import overall, verify
from phasegate.verdict import Verdict
from workshop import FILES, PHASES, START_S, Workshop, git, snapshot


def test_a_release_goes_through_all_phases(workshop: Workshop) -> None:
    workshop.release()
    assert {name: workshop.version_on(name) for name in ("internal", "canary", "stable")} == {
        "internal": "1.0.0-rc.1",
        "canary": "1.0.0-rc.1",
        "stable": "1.0.0",
    }
    desk = workshop.desk
    assert overall(verify(desk.repository, workshop.observe(), desk.config)) is Verdict.PASS


@pytest.mark.once
def test_the_source_is_never_moved(workshop: Workshop) -> None:
    before = workshop.remote_refs()["refs/heads/main"]
    workshop.release()
    assert workshop.remote_refs()["refs/heads/main"] == before


@pytest.mark.once
def test_candidates_and_releases_are_annotated_tags_on_merged_commits(workshop: Workshop) -> None:
    workshop.release()
    workshop.commit("feat: more")
    workshop.release()
    for tag in ("v1.0.0-rc.1", "v1.0.0", "v1.1.0-rc.1", "v1.1.0"):
        assert git(workshop.remote, "cat-file", "-t", f"refs/tags/{tag}") == "tag"
    parents = git(workshop.remote, "rev-list", "--parents", "-1", "refs/heads/stable").split()[1:]
    assert parents[1] == git(workshop.remote, "rev-parse", "refs/tags/v1.1.0^{commit}")
    assert len(parents) == 2


def test_only_stamped_files_differ_from_the_source(workshop: Workshop) -> None:
    source = workshop.commit("feat: more", {"demo/tool.py": "print(1)\n", "with space.txt": "x"})
    workshop.release()
    changed = git(workshop.remote, "diff", "--name-only", source, "refs/heads/stable").splitlines()
    assert changed == ["CHANGELOG.md", "demo/.claude-plugin/plugin.json"]


@pytest.mark.once
def test_the_changelog_holds_each_public_release_once_newest_first(workshop: Workshop) -> None:
    workshop.release()
    workshop.commit("fix(parser): read it well")
    workshop.release()
    changelog = workshop.published("refs/heads/stable", "CHANGELOG.md")
    headings = [line for line in changelog.splitlines() if line.startswith("## ")]
    assert headings == ["## 1.0.1 (2023-11-14)", "## 1.0.0 (2023-11-14)"]
    assert "- **parser:** read it well" in changelog


@pytest.mark.once
def test_the_docs_branch_carries_the_site_of_the_gate_and_the_status_page(workshop: Workshop) -> None:
    workshop.release()
    assert '"stable": "1.0.0"' in workshop.published("refs/heads/gh-pages", "status.json")
    assert workshop.published("refs/heads/gh-pages", "demo/flags.json") == FILES["demo/flags.json"].rstrip(
        "\n"
    )


@pytest.mark.once
def test_deploying_again_changes_nothing(workshop: Workshop) -> None:
    workshop.release()
    before = workshop.remote_refs()
    for phase in PHASES:
        assert workshop.deploy(phase).operation is None
    assert workshop.remote_refs() == before


@pytest.mark.once
def test_all_holds_are_listed_at_once(workshop: Workshop) -> None:
    workshop.deploy("internal")
    workshop.deploy("canary")
    kinds = [hold.kind for hold in workshop.plan_deploy("public").holds]
    assert kinds == ["soak", "order"]
    with pytest.raises(PhasegateError) as caught:
        workshop.deploy("public")
    assert caught.value.code is ErrorCode.ROLLOUT_HELD
    assert len(caught.value.details) == 2
    assert "docs has not been entered" in caught.value.details[1]


@pytest.mark.once
def test_an_override_passes_holds_and_is_recorded_with_who_and_why(workshop: Workshop) -> None:
    workshop.deploy("internal")
    workshop.deploy("canary")
    done = workshop.deploy("public", override="customer waits")
    assert done.operation is not None
    assert done.operation.who == "Test Author <author@example.test>"
    assert done.operation.why == "customer waits"
    assert [line.split(":")[0] for line in done.operation.overrides] == ["soak", "order"]


@pytest.mark.once
def test_soak_time_ends_by_itself(workshop: Workshop) -> None:
    workshop.deploy("internal")
    workshop.deploy("canary")
    assert [hold.until for hold in workshop.plan_deploy("docs").holds] == ["2023-11-14T09:00:00Z"]
    workshop.now_s = START_S + 3600
    assert workshop.plan_deploy("docs").holds == ()


@pytest.mark.once
def test_a_clock_that_stepped_back_keeps_the_rollout_held(workshop: Workshop) -> None:
    workshop.deploy("internal")
    workshop.deploy("canary")
    workshop.now_s = START_S - 86400
    assert {hold.kind for hold in workshop.plan_deploy("docs").holds} == {"soak"}


@pytest.mark.once
def test_new_commits_start_a_new_candidate_of_the_same_version(workshop: Workshop) -> None:
    workshop.deploy("internal")
    workshop.commit("fix: mend it")
    workshop.deploy("internal")
    assert workshop.version_on("internal") == "1.0.0-rc.2"


@pytest.mark.once
def test_a_candidate_that_a_rollback_overtook_is_followed_by_a_new_one(released: Workshop) -> None:
    released.release("internal", "canary")
    released.commit("fix: more")
    released.release("internal")
    released.rollback("flag", channel="canary")
    with pytest.raises(PhasegateError, match=r"Channel canary carries 1\.1\.0-rc\.3"):
        released.deploy("canary")
    released.release()
    assert (released.version_on("internal"), released.version_on("canary")) == ("1.1.0-rc.4", "1.1.0-rc.4")
    assert released.version_on("stable") == "1.1.0"


def test_a_later_phase_publishes_the_candidate_and_not_newer_commits(workshop: Workshop) -> None:
    workshop.deploy("internal")
    tree = workshop.tree_on("internal")
    workshop.commit("feat: too late")
    workshop.deploy("canary")
    assert workshop.tree_on("canary") == tree


def test_another_source_in_a_later_phase_is_held(workshop: Workshop) -> None:
    workshop.deploy("internal")
    newer = workshop.commit("feat: newer")
    assert [hold.kind for hold in workshop.plan_deploy("canary", newer).holds] == ["order"]


def test_a_ref_that_is_not_the_source_tip_can_be_released(workshop: Workshop) -> None:
    older = git(workshop.root, "rev-parse", "HEAD")
    workshop.commit("feat: newer", {"demo/newer.txt": "newer"})
    workshop.deploy("internal", source=older)
    assert "demo/newer.txt" not in git(workshop.remote, "ls-tree", "-r", "--name-only", "refs/heads/internal")


@pytest.mark.once
def test_the_plan_that_was_shown_is_the_plan_that_is_executed(workshop: Workshop) -> None:
    from phasegate.rollout.applying.engine import preview

    for phase in ("internal", "canary"):
        plan = workshop.plan_deploy(phase)
        shown = preview(workshop.desk, plan)
        done = workshop.deploy(phase)
        assert done.plan.hash == plan.hash
        assert done.operation is not None
        published = {move.ref: move.new for move in done.operation.moves}
        assert published == {move.ref: shown[str(move.new)] for move in plan.moves}


@pytest.mark.once
def test_a_channel_from_before_phasegate_is_adopted_and_can_be_gone_back_to(workshop: Workshop) -> None:
    workshop.write(
        {
            "demo/.claude-plugin/plugin.json": FILES["demo/.claude-plugin/plugin.json"].replace(
                "0.0.0", "3.1.4"
            )
        }
    )
    workshop.commit("feat: as it was published by hand", push=False)
    git(workshop.root, "push", "--quiet", "origin", "HEAD:refs/heads/stable")
    git(workshop.root, "reset", "--quiet", "--hard", "HEAD~1")
    by_hand = workshop.tree_on("stable")
    workshop.release()
    assert workshop.version_on("stable") == "3.2.0"
    workshop.rollback("quick", channel="stable")
    assert workshop.version_on("stable") == "3.2.1"
    assert git(workshop.remote, "diff", "--name-only", by_hand, workshop.tree_on("stable")).splitlines() == [
        "CHANGELOG.md",
        "demo/.claude-plugin/plugin.json",
    ]


@pytest.mark.once
def test_nothing_of_the_checkout_changes_through_a_whole_rollout(workshop: Workshop) -> None:
    workshop.write({"dirty.txt": "untracked", "CHANGELOG.md": "changed"})
    git(workshop.root, "add", "CHANGELOG.md")
    workshop.write({"noxfile.py": "changed too", "stashed.txt": "stashed"})
    git(workshop.root, "stash", "push", "--quiet", "--include-untracked", "--", "stashed.txt")
    git(workshop.root, "checkout", "--quiet", "--detach")
    before = snapshot(workshop.root)
    workshop.release()
    workshop.commit_elsewhere("feat: next")
    workshop.release()
    workshop.rollback("full")
    assert snapshot(workshop.root) == before


def test_observing_and_planning_leave_even_the_remote_tracking_branches_alone(workshop: Workshop) -> None:
    workshop.commit_elsewhere("feat: next")
    before = git(workshop.root, "for-each-ref", "refs/remotes")
    workshop.plan_deploy("internal")
    assert git(workshop.root, "for-each-ref", "refs/remotes") == before
