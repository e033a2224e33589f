"""What goes past phasegate is found by a new user of the real client, and what each client makes of it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

import pytest

from client.people import failures, installed_folder, push_to
from phasegate.errors import ErrorCode
from phasegate.rollout.proving.delivery import Follower
from phasegate.rollout.proving.rehearsal import rehearse
from phasegate.verdict import Verdict
from verbs import ask, invoke
from workshop import Workshop, git

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.rollout.proving.client import Client

pytestmark = pytest.mark.timeout(900)

FOLLOWS_FORCE_PUSHES = (2, 1, 275)
"""The first client that follows a force-push on a pinned branch whatever it had before."""


def edit_under_the_same_version(workshop: Workshop) -> None:
    push_to(
        workshop, "stable", {"demo/commands/hello.md": "---\ndescription: Say hello\n---\nSay it twice.\n"}
    )


def force_back(workshop: Workshop) -> None:
    good = git(workshop.remote, "rev-parse", "refs/heads/stable^")
    git(workshop.root, "push", "--quiet", "--force", "origin", f"{good}:refs/heads/stable")


def break_the_manifest(workshop: Workshop) -> None:
    push_to(
        workshop, "stable", {"demo/.claude-plugin/plugin.json": '{"name": "demo", "version": "1.2.0", broken'}
    )


def break_the_marketplace(workshop: Workshop) -> None:
    push_to(workshop, "stable", {".claude-plugin/marketplace.json": '{"name": "market", broken'})


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (edit_under_the_same_version, "1.1.0 is installed, but not the bytes of tree"),
        (force_back, "1.0.0 is installed, the ledger says 1.1.0"),
        (break_the_manifest, "plugin.json"),
        (break_the_marketplace, "marketplace.json"),
    ],
)
def test_verify_fails_with_the_reason_where_somebody_pushed_past_phasegate(
    finished: Workshop, client: Client, tamper: Callable[[Workshop], None], reason: str
) -> None:
    tamper(finished)
    done = invoke(finished.root, "verify", "--client", client.program)
    assert done.returncode == ErrorCode.VERIFICATION_FAILED.exit_status
    subject = f"refs/heads/stable, Claude Code {client.version}"
    rows = [row for row in done.stdout.splitlines() if row.startswith("FAIL") and subject in row]
    assert rows
    assert reason in rows[0]
    assert reason in done.stderr
    others = [row for row in done.stdout.splitlines() if "Claude Code" in row and subject not in row]
    assert len(others) == 4
    assert all(row.startswith("PASS") for row in others)


def test_verify_passes_where_nobody_did(finished: Workshop, client: Client) -> None:
    answer = ask(finished.root, "verify", "--client", client.program)
    assert answer["verdict"] == "PASS"
    seen = [row for row in answer["checks"] if "Claude Code" in row["subject"]]
    assert [row["subject"].partition(",")[0] for row in seen[::2]] == [
        f"refs/heads/{name}" for name in ("internal", "canary", "stable")
    ]
    tree = git(finished.remote, "rev-parse", "refs/heads/stable:demo")
    assert seen[4]["reason"] == f"1.1.0 is installed, every byte of tree {tree}"
    assert seen[5]["reason"] == "loads with demo:hello"


Join = Callable[[Workshop, str], Follower]


def received(workshop: Workshop, user: Follower, tamper: Callable[[Workshop], None]) -> str:
    """What is wrong for a user who had the release before `tamper`."""
    world = workshop.observe()
    assert failures(user.check(world)) == ""
    tamper(workshop)
    return failures(user.check(world))


def test_a_user_who_had_the_release_never_sees_an_edit_under_the_same_version(
    finished: Workshop, follower: Join
) -> None:
    assert received(finished, follower(finished, "stable"), edit_under_the_same_version) == ""


def test_a_force_push_back_reaches_an_old_client_only_where_it_came_with_the_bad_release(
    released: Workshop, follower: Join, client: Client
) -> None:
    early = follower(released, "stable")
    assert failures(early.check(released.observe())) == ""
    released.release()
    assert failures(early.check(released.observe())) == ""
    late = follower(released, "stable")
    went_back = "1.0.0 is installed, the ledger says 1.1.0"
    assert went_back in received(released, late, force_back)
    numbers = tuple(map(int, client.version.split(".")))
    stays = numbers < FOLLOWS_FORCE_PUSHES
    assert (failures(early.check(released.observe())) == "") is stays
    assert (went_back in failures(early.check(released.observe()))) is not stays


def test_a_broken_manifest_arrives_as_an_update_that_does_not_load(
    finished: Workshop, follower: Join
) -> None:
    said = received(finished, follower(finished, "stable"), break_the_manifest)
    assert "is installed, the ledger says 1.1.0" in said
    assert "does not load: " in said


def test_a_broken_marketplace_is_refused_by_the_update(finished: Workshop, follower: Join) -> None:
    said = received(finished, follower(finished, "stable"), break_the_marketplace)
    assert "`claude plugin marketplace update -- market` did not do what it was asked" in said
    print(said)
    assert "marketplace.json" in said


def test_a_step_of_the_rehearsal_fails_where_a_user_has_other_bytes(
    workshop: Workshop, client: Client, tmp_path: Path
) -> None:
    sandbox = tmp_path / "sandbox"
    steps = rehearse(workshop.desk, sandbox, client)
    first_two = [next(steps), next(steps)]
    assert [step.verdict for step in first_two] == [Verdict.PASS, Verdict.PASS]
    assert first_two[1].reason.endswith("; 2 checks of what users received")
    (installed_folder(sandbox / "users" / "0") / "flags.json").write_text("{}", encoding="utf-8")
    [last] = list(steps)
    assert last.verdict is Verdict.FAIL
    assert "refs/heads/canary, Claude Code" in last.reason
    assert "flags.json" in last.reason
