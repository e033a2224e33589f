"""What `verify` finds when published bytes and ledger disagree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from phasegate.rollout.proving.verify import overall, verify
from phasegate.verdict import Verdict
from workshop import Workshop, git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def workshop(released: Workshop) -> Workshop:
    return released


def failures(workshop: Workshop) -> dict[str, str]:
    desk = workshop.desk
    checks = verify(desk.repository, workshop.observe(), desk.config)
    assert overall(checks) is (
        Verdict.FAIL if any(c.verdict is Verdict.FAIL for c in checks) else Verdict.PASS
    )
    return {check.subject: check.reason for check in checks if check.verdict is not Verdict.PASS}


def test_what_was_published_is_what_the_ledger_says(workshop: Workshop) -> None:
    assert failures(workshop) == {}


def test_nothing_published_is_inconclusive(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path / "new")
    desk = workshop.desk
    assert overall(verify(desk.repository, workshop.observe(), desk.config)) is Verdict.INCONCLUSIVE


def test_edited_bytes_on_a_channel_are_found(workshop: Workshop) -> None:
    git(workshop.root, "fetch", "--quiet", "origin", "stable")
    git(workshop.root, "checkout", "--quiet", "FETCH_HEAD")
    workshop.write({"demo/commands/hello.md": "---\ndescription: Say it\n---\nSay it.\n"})
    git(workshop.root, "commit", "--quiet", "--all", "--message", "fix: by hand")
    git(workshop.root, "push", "--quiet", "origin", "HEAD:refs/heads/stable")
    assert set(failures(workshop)) == {"refs/heads/stable"}


def test_a_deleted_channel_is_found(workshop: Workshop) -> None:
    git(workshop.remote, "update-ref", "-d", "refs/heads/canary")
    assert "at None" in failures(workshop)["refs/heads/canary"]


def test_a_broken_manifest_on_a_channel_is_found(workshop: Workshop) -> None:
    workshop.commit("fix: break", {"demo/.claude-plugin/plugin.json": "{"}, push=False)
    git(workshop.root, "push", "--quiet", "--force", "origin", "HEAD:refs/heads/stable")
    assert "plugin.json" in failures(workshop)["refs/heads/stable"]


def test_a_moved_tag_and_a_deleted_tag_are_found(workshop: Workshop) -> None:
    git(workshop.remote, "update-ref", "refs/tags/v1.0.0", "refs/heads/main")
    git(workshop.remote, "update-ref", "-d", "refs/tags/v1.0.0-rc.1")
    assert set(failures(workshop)) == {"refs/tags/v1.0.0", "refs/tags/v1.0.0-rc.1"}


def test_moved_documentation_is_found(workshop: Workshop) -> None:
    git(workshop.remote, "update-ref", "refs/heads/gh-pages", "refs/heads/main")
    assert set(failures(workshop)) == {"refs/heads/gh-pages"}


def test_a_ledger_whose_operations_do_not_make_its_state_is_found(workshop: Workshop) -> None:
    state = json.loads(workshop.published("refs/phasegate/ledger", "state.json"))
    operation = workshop.published("refs/phasegate/ledger", "operation.json")
    state["releases"]["1.0.0"]["withdrawn"] = "forged"
    rows = []
    for name, text in (("operation.json", operation), ("state.json", json.dumps(state))):
        rows.append(
            f"100644 blob {git(workshop.remote, 'hash-object', '-w', '--stdin', stdin=text)}\t{name}\n"
        )
    tree = git(workshop.remote, "mktree", stdin="".join(rows))
    parent = git(workshop.remote, "rev-parse", "refs/phasegate/ledger^")
    forged = git(workshop.remote, "commit-tree", tree, "-p", parent, "-m", "forged")
    git(workshop.remote, "update-ref", "refs/phasegate/ledger", forged)
    assert failures(workshop)["ledger"] == "its operations do not fold to its state"
