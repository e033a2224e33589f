"""Rolling back, on a real remote: always forward, always to a tree that was good."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.planning.rollback import choose
from phasegate.rollout.planning.targets import RollbackRequest
from phasegate.rollout.proving.invariants import broken_invariants
from workshop import Workshop, git

if TYPE_CHECKING:
    from pathlib import Path

STAMPED = {"CHANGELOG.md", "demo/.claude-plugin/plugin.json"}


@pytest.fixture
def workshop(finished: Workshop) -> Workshop:
    return finished


def changed(workshop: Workshop, old: str, new: str) -> set[str]:
    return set(git(workshop.remote, "diff", "--name-only", old, new).splitlines())


def versions(workshop: Workshop) -> dict[str, str]:
    return {name: workshop.version_on(name) for name in ("internal", "canary", "stable")}


@pytest.mark.parametrize("kind", ["quick", "full"])
def test_every_affected_channel_gets_the_last_good_tree_under_a_higher_version(
    workshop: Workshop, kind: str
) -> None:
    workshop.rollback(kind, "it breaks")
    assert versions(workshop) == {"internal": "1.1.1", "canary": "1.1.1", "stable": "1.1.1"}
    assert changed(workshop, "refs/tags/v1.0.0", "refs/heads/stable") == STAMPED
    assert workshop.tree_on("internal") == workshop.tree_on("stable")


@pytest.mark.once
@pytest.mark.parametrize("kind", ["quick", "full", "flag", "docs"])
def test_every_invariant_holds_after_a_rollback(workshop: Workshop, kind: str) -> None:
    before = workshop.observe()
    choice = choose(before, workshop.config, RollbackRequest(kind))
    workshop.rollback(kind)
    assert list(broken_invariants(workshop.desk, before, workshop.observe(), choice)) == []


@pytest.mark.once
@pytest.mark.parametrize("kind", ["quick", "full", "flag", "docs"])
def test_a_rollback_that_is_repeated_changes_nothing(workshop: Workshop, kind: str) -> None:
    workshop.rollback(kind)
    refs = workshop.remote_refs()
    assert workshop.rollback(kind).operation is None
    assert workshop.remote_refs() == refs


@pytest.mark.once
@pytest.mark.parametrize("kind", ["quick", "full", "flag", "docs"])
def test_a_rollback_plan_is_executed_as_it_was_shown(workshop: Workshop, kind: str) -> None:
    from phasegate.rollout.applying.engine import preview

    plan = workshop.plan_rollback(kind)
    shown = preview(workshop.desk, plan)
    done = workshop.rollback(kind)
    assert done.operation is not None
    published = {move.ref: move.new for move in done.operation.moves}
    assert published == {move.ref: shown[str(move.new)] for move in plan.moves}


def test_the_bad_release_is_withdrawn_with_its_reason(workshop: Workshop) -> None:
    done = workshop.rollback("quick", "it breaks")
    assert {v for v, r in done.state.releases.items() if r.withdrawn} == {"1.1.0-rc.1", "1.1.0"}
    assert done.state.releases["1.1.0"].withdrawn == "it breaks"
    assert done.state.rollout is None


@pytest.mark.once
def test_the_next_release_is_above_the_rollback(workshop: Workshop) -> None:
    workshop.rollback("quick")
    workshop.commit("fix: mend it", {"demo/broken.py": "mended\n"})
    workshop.release()
    assert workshop.version_on("stable") == "1.1.2"
    changelog = workshop.published("refs/heads/stable", "CHANGELOG.md")
    headings = [line.split()[1] for line in changelog.splitlines() if line.startswith("## ")]
    assert headings == ["1.1.2", "1.1.1", "1.1.0", "1.0.0"]


@pytest.mark.once
def test_a_second_rollback_never_goes_back_to_a_withdrawn_release(workshop: Workshop) -> None:
    workshop.rollback("quick")
    workshop.commit("fix: mend it badly", {"demo/broken.py": "worse\n"})
    workshop.release()
    workshop.rollback("quick")
    assert changed(workshop, "refs/tags/v1.0.0", "refs/heads/stable") == STAMPED


@pytest.mark.once
def test_withdrawn_content_is_not_deployed_again_without_an_override(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    workshop.release()
    workshop.commit("feat: break it", {"demo/broken.py": "boom\n"})
    workshop.release("internal", "canary")
    workshop.rollback("quick", "it breaks")
    assert versions(workshop)["canary"] == "1.1.0-rc.2"
    assert [hold.kind for hold in workshop.plan_deploy("internal").holds] == ["withdrawn"]


def test_one_channel_alone_can_be_rolled_back(workshop: Workshop) -> None:
    workshop.rollback("quick", channel="canary")
    assert versions(workshop) == {"internal": "1.1.0-rc.1", "canary": "1.1.0-rc.2", "stable": "1.1.0"}


@pytest.mark.once
def test_a_rollback_goes_to_the_version_that_is_asked_for(workshop: Workshop) -> None:
    workshop.commit("feat: yet more", {"demo/more.py": "more\n"})
    workshop.release()
    workshop.rollback("full", to="1.0.0")
    assert changed(workshop, "refs/tags/v1.0.0", "refs/heads/stable") == STAMPED
    assert versions(workshop)["stable"] == "1.2.1"


@pytest.mark.once
def test_an_innocent_candidate_is_left_alone_by_quick_and_taken_back_by_full(workshop: Workshop) -> None:
    workshop.rollback("quick")
    workshop.commit("feat: in flight", {"demo/flight.py": "new\n"})
    workshop.deploy("internal")
    assert versions(workshop)["internal"] == "1.2.0-rc.1"
    workshop.rollback("full")
    assert versions(workshop) == {"internal": "1.2.0-rc.2", "canary": "1.1.1", "stable": "1.1.1"}


def test_flags_go_off_and_nothing_else_changes(workshop: Workshop) -> None:
    workshop.rollback("flag")
    assert changed(workshop, "refs/tags/v1.1.0", "refs/heads/stable") == STAMPED | {"demo/flags.json"}
    flags = json.loads(workshop.published("refs/heads/stable", "demo/flags.json"))
    assert flags["flags"] == {"fast": {"enabled": False}}
    assert versions(workshop) == {"internal": "1.1.1", "canary": "1.1.1", "stable": "1.1.1"}


@pytest.mark.once
def test_a_rollout_with_its_flags_off_is_held(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    workshop.release("internal", "canary")
    workshop.rollback("flag", channel="canary")
    assert [hold.kind for hold in workshop.plan_deploy("docs").holds] == ["flag"]


def test_the_documentation_goes_back_alone(workshop: Workshop) -> None:
    channels = versions(workshop)
    sites = workshop.observe().state.docs
    assert sites is not None
    workshop.rollback("docs")
    assert versions(workshop) == channels
    files = set(git(workshop.remote, "ls-tree", "-r", "--name-only", "refs/heads/gh-pages").splitlines())
    before = set(git(workshop.remote, "ls-tree", "-r", "--name-only", sites.sites["1.0.0-rc.1"]).splitlines())
    assert files == before | {"status.html", "status.json"}


def test_a_full_rollback_opens_an_incident_report(workshop: Workshop) -> None:
    done = workshop.rollback("full", "it breaks")
    assert done.operation is not None
    report = workshop.root / ".git" / "phasegate" / "incidents" / f"operation-{done.operation.number}.md"
    text = report.read_text(encoding="utf-8")
    assert "Reason: it breaks" in text
    assert "Deploy 1.1.0 to public" in text


@pytest.mark.once
def test_withdrawn_tags_stay_unless_they_are_asked_to_go(workshop: Workshop) -> None:
    workshop.rollback("quick")
    assert "refs/tags/v1.1.0" in workshop.remote_refs()


def test_withdrawn_tags_go_with_the_same_push(workshop: Workshop) -> None:
    workshop.rollback("full", delete_tags=True)
    refs = workshop.remote_refs()
    assert {ref for ref in refs if ref.startswith("refs/tags/")} == {
        "refs/tags/v1.0.0-rc.1",
        "refs/tags/v1.0.0",
        "refs/tags/v1.1.1",
    }


def test_a_version_that_another_channel_goes_on_carrying_is_neither_withdrawn_nor_its_tag_deleted(
    workshop: Workshop,
) -> None:
    done = workshop.rollback("quick", channel="canary", delete_tags=True)
    assert [v for v, r in done.state.releases.items() if r.withdrawn] == []
    assert {"refs/tags/v1.1.0", "refs/tags/v1.1.0-rc.1"} <= set(workshop.remote_refs())


@pytest.mark.once
def test_the_public_release_can_be_taken_back_after_one_channel_was(workshop: Workshop) -> None:
    workshop.rollback("quick", channel="canary")
    workshop.rollback("quick")
    assert versions(workshop)["stable"] == "1.1.1"
    assert workshop.observe().state.rollout is None


@pytest.mark.once
def test_withdrawn_tags_can_be_deleted_afterwards(workshop: Workshop) -> None:
    workshop.rollback("quick")
    done = workshop.rollback("quick", delete_tags=True)
    assert done.plan.title == "Delete the tags of withdrawn releases"
    assert "refs/tags/v1.1.0" not in workshop.remote_refs()


@pytest.mark.once
def test_a_version_to_go_back_to_is_enough_where_nothing_is_known_to_be_bad(workshop: Workshop) -> None:
    workshop.commit("feat: yet more", {"demo/more.py": "more\n"})
    workshop.release()
    workshop.rollback("quick")
    workshop.rollback("quick", to="1.0.0")
    assert changed(workshop, "refs/tags/v1.0.0", "refs/heads/stable") == STAMPED


@pytest.mark.once
def test_documentation_that_was_rolled_back_is_not_gone_back_to(workshop: Workshop) -> None:
    workshop.rollback("docs")
    workshop.commit("feat: yet more", {"demo/more.py": "more\n"})
    workshop.release()
    workshop.rollback("docs")
    docs = workshop.observe().state.docs
    assert docs is not None
    assert (docs.version, docs.taken_back) == ("1.0.0-rc.1", ("1.1.0-rc.1", "1.2.0-rc.1"))


@pytest.mark.once
def test_after_the_flags_went_off_the_next_release_starts_without_a_hold(workshop: Workshop) -> None:
    workshop.rollback("flag")
    workshop.commit("fix: mend it", {"demo/broken.py": "mended\n"})
    assert workshop.plan_deploy("internal").holds == ()


@pytest.mark.once
def test_a_tag_that_a_marketplace_entry_pins_is_not_deleted(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    marketplace = json.loads((workshop.root / ".claude-plugin/marketplace.json").read_text(encoding="utf-8"))
    pinned = {"source": "url", "url": "https://git.test/other.git", "ref": "v1.1.0"}
    marketplace["plugins"].append({"name": "other", "source": pinned})
    workshop.commit("fix: list another", {".claude-plugin/marketplace.json": json.dumps(marketplace)})
    workshop.release()
    workshop.commit("feat: break it", {"demo/broken.py": "boom\n"})
    workshop.release()
    with pytest.raises(PhasegateError) as caught:
        workshop.rollback("full", delete_tags=True)
    assert caught.value.code is ErrorCode.TAG_IN_USE
    assert "marketplace entry" in caught.value.details[0]


@pytest.mark.once
def test_a_channel_that_someone_else_moved_is_rolled_back_forward_from_where_it_is(
    workshop: Workshop,
) -> None:
    git(workshop.root, "fetch", "--quiet", "origin", "stable")
    git(workshop.root, "checkout", "--quiet", "FETCH_HEAD")
    workshop.write({"demo/intruder.py": "x"})
    git(workshop.root, "add", "--all")
    git(workshop.root, "commit", "--quiet", "--message", "feat: by hand")
    git(workshop.root, "push", "--quiet", "origin", "HEAD:refs/heads/stable")
    intruder = workshop.remote_refs()["refs/heads/stable"]
    workshop.rollback("full")
    git(workshop.remote, "merge-base", "--is-ancestor", intruder, "refs/heads/stable")
    assert changed(workshop, "refs/tags/v1.0.0", "refs/heads/stable") == STAMPED


@pytest.mark.once
@pytest.mark.parametrize("request_", [{"kind": "full"}, {"kind": "flag"}])
def test_a_channel_that_the_configuration_forgot_is_a_clear_error(
    workshop: Workshop, request_: dict[str, str]
) -> None:
    workshop.write({"phasegate.toml": '[channels]\nbeta = "beta"\n[phases.internal]\nchannel = "beta"\n'})
    workshop.commit("fix: by way of beta", {"demo/beta.py": "beta\n"})
    workshop.deploy("internal")
    workshop.write({"phasegate.toml": ""})
    with pytest.raises(PhasegateError) as caught:
        workshop.plan_rollback(**request_)
    assert caught.value.code is ErrorCode.CONFIG_INVALID
    assert "'beta'" in caught.value.what


@pytest.mark.once
@pytest.mark.parametrize("kind", ["quick", "full", "docs"])
def test_a_docs_branch_that_is_not_ours_any_more_is_left_alone(workshop: Workshop, kind: str) -> None:
    workshop.write({"phasegate.toml": "docs_branch = false\n"})
    before = workshop.remote_refs()["refs/heads/gh-pages"]
    workshop.rollback(kind)
    assert workshop.remote_refs()["refs/heads/gh-pages"] == before


@pytest.mark.once
@pytest.mark.parametrize("kind", ["quick", "full"])
def test_a_candidate_whose_flags_went_off_is_still_taken_back(kind: str, workshop: Workshop) -> None:
    """Turning flags off on the public channel takes the version that the rollout was to have, and so ends it."""
    workshop.release()
    good = workshop.tree_on("stable")
    workshop.commit("fix: break it", {"demo/broken.py": "boom"})
    workshop.release("internal", "canary")
    workshop.rollback("flag")
    assert workshop.observe().state.rollout is None
    workshop.rollback(kind)
    for channel in ("internal", "canary"):
        changed = git(workshop.remote, "diff", "--name-only", good, f"refs/heads/{channel}").splitlines()
        assert "demo/broken.py" not in changed
    assert workshop.rollback(kind).operation is None


@pytest.mark.once
@pytest.mark.parametrize(
    "request_",
    [
        {"kind": "quick", "channel": "stable"},
        {"kind": "quick", "channel": "stable", "to": "1.1.0-rc.1"},
        {"kind": "quick", "channel": "canary", "to": "1.1.0-rc.1"},
        {"kind": "full", "to": "1.1.0-rc.1"},
    ],
    ids=str,
)
def test_a_rollback_brings_no_candidate_to_clients_whose_gates_have_not_judged_it(
    released: Workshop, request_: dict[str, str]
) -> None:
    released.deploy("internal")
    before = released.remote_refs()
    with pytest.raises(PhasegateError) as caught:
        released.rollback(**request_)
    assert caught.value.code is ErrorCode.NOTHING_TO_ROLL_BACK
    assert released.remote_refs() == before
