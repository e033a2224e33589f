"""Every kind of bad input: one clear error with code, hint and exit status, and no ref moved."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Callable

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.applying.engine import carry_out
from phasegate.rollout.applying.judging import assume_passed
from processes import executable
from verbs import invoke
from workshop import FILES, Workshop, git


@dataclass(frozen=True)
class Row:
    """What is done to a healthy workshop, what the operator then asks for, and what the answer must be."""

    name: str
    code: ErrorCode
    says: str
    spoil: Callable[[Workshop], object]
    ask: tuple[str, ...]
    others_move: tuple[str, ...] = ()


def deploy(phase: str, *options: str) -> tuple[str, ...]:
    return ("deploy", "--phase", phase, *options)


def rollback(*options: str) -> tuple[str, ...]:
    return ("rollback", *options)


def release_internal(workshop: Workshop) -> None:
    workshop.deploy("internal")


def commit(files: dict[str, str]) -> Callable[[Workshop], object]:
    return lambda workshop: workshop.commit("feat: spoil", files)


def configure(text: str) -> Callable[[Workshop], object]:
    return lambda workshop: workshop.write({"phasegate.toml": text})


def nothing(workshop: Workshop) -> None:
    """The healthy workshop will do."""


def remove_remote(workshop: Workshop) -> None:
    git(workshop.root, "remote", "remove", "origin")


def break_remote(workshop: Workshop) -> None:
    git(workshop.root, "remote", "set-url", "origin", "https://user:s3cret-token@127.0.0.1:9/repository.git")


def forbid_atomic(workshop: Workshop) -> None:
    git(workshop.remote, "config", "receive.advertiseAtomic", "false")


def hook(name: str, text: str) -> Callable[[Workshop], object]:
    def install(workshop: Workshop) -> None:
        executable(workshop.remote / "hooks" / name, f"#!/bin/sh\n{text}\n")

    return install


def protect_branch(workshop: Workshop) -> None:
    hook("update", 'case "$1" in refs/heads/internal) echo "internal is protected"; exit 1;; esac')(workshop)


def tag_by_hand(workshop: Workshop) -> None:
    git(workshop.root, "checkout", "--quiet", "--orphan", "elsewhere")
    git(workshop.root, "commit", "--quiet", "--message", "chore: elsewhere")
    git(workshop.root, "tag", "v1.0.0")
    git(workshop.root, "push", "--quiet", "origin", "v1.0.0")
    git(workshop.root, "checkout", "--quiet", "main")


def publish_by_hand(workshop: Workshop) -> None:
    workshop.release("internal", "canary", "docs")
    manifest = FILES["demo/.claude-plugin/plugin.json"].replace("0.0.0", "1.0.0")
    workshop.write({"demo/.claude-plugin/plugin.json": manifest, "demo/other.txt": "other bytes"})
    git(workshop.root, "add", "--all")
    git(workshop.root, "commit", "--quiet", "--message", "feat: by hand")
    git(workshop.root, "push", "--quiet", "origin", "HEAD:refs/heads/stable")


def write_ledger(change: Callable[[dict[str, object]], object]) -> Callable[[Workshop], object]:
    def write(workshop: Workshop) -> None:
        workshop.deploy("internal")
        state = json.loads(workshop.published("refs/phasegate/ledger", "state.json"))
        change(state)
        blob = git(workshop.remote, "hash-object", "-w", "--stdin", stdin=json.dumps(state))
        tree = git(workshop.remote, "mktree", stdin=f"100644 blob {blob}\tstate.json\n")
        entry = git(workshop.remote, "commit-tree", tree, "-m", "forged")
        git(workshop.remote, "update-ref", "refs/phasegate/ledger", entry)

    return write


def empty_remote(workshop: Workshop) -> None:
    git(workshop.remote, "update-ref", "-d", "refs/heads/main")


def push_from_a_gate(workshop: Workshop) -> None:
    """While the gates run, someone else pushes to the channel: the plan is stale when it is to be published."""
    push = f"git push --quiet {workshop.remote.as_posix()} HEAD:refs/heads/internal"
    session = f"@nox.session(venv_backend='none')\ndef plugin(session):\n    session.run(*{push.split()!r}, external=True)\n"
    workshop.commit("feat: be overtaken", {"noxfile.py": f"{FILES['noxfile.py']}\n\n{session}"})


def remove(path: str) -> Callable[[Workshop], object]:
    def commit_removal(workshop: Workshop) -> None:
        git(workshop.root, "rm", "--quiet", path)
        workshop.commit("feat: remove it", {"notes.txt": "removed"})

    return commit_removal


ROWS = (
    Row("no remote", ErrorCode.REMOTE_MISSING, "no remote 'origin'", remove_remote, deploy("internal")),
    Row("remote does not answer", ErrorCode.REMOTE_UNREACHABLE, "did not answer", break_remote, deploy("internal")),
    Row("no source branch", ErrorCode.REMOTE_MISSING, "no branch 'main'", empty_remote, deploy("internal")),
    Row("no atomic push", ErrorCode.REMOTE_NOT_ATOMIC, "several refs at once", forbid_atomic, deploy("internal")),
    Row("hook refuses", ErrorCode.PUSH_REJECTED, "refused the push", hook("pre-receive", "echo no; exit 1"), deploy("internal")),
    Row("protected branch", ErrorCode.PUSH_REJECTED, "refused the push", protect_branch, deploy("internal")),
    Row("stale plan", ErrorCode.CONFLICT, "moved while", push_from_a_gate, deploy("internal"), ("refs/heads/internal",)),
    Row("removed plugin.json", ErrorCode.MANIFEST_INVALID, "1 mistake", remove("demo/.claude-plugin/plugin.json"), deploy("internal")),
    Row("removed marketplace.json", ErrorCode.MANIFEST_INVALID, "1 mistake", remove(".claude-plugin/marketplace.json"), deploy("internal")),
    Row("broken plugin.json", ErrorCode.MANIFEST_INVALID, "1 mistake", commit({"demo/.claude-plugin/plugin.json": '{"name": '}), deploy("internal")),
    Row("empty plugin.json", ErrorCode.MANIFEST_INVALID, "1 mistake", commit({"demo/.claude-plugin/plugin.json": ""}), deploy("internal")),
    Row("broken marketplace.json", ErrorCode.MANIFEST_INVALID, "1 mistake", commit({".claude-plugin/marketplace.json": "{"}), deploy("internal")),
    Row("version used with another tree", ErrorCode.VERSION_REUSED, "1.0.0 stands for tree", publish_by_hand, deploy("public")),
    Row("tag exists elsewhere", ErrorCode.TAG_EXISTS, "a tag v1.0.0", tag_by_hand, deploy("internal")),
    Row("no release due", ErrorCode.NO_RELEASE_DUE, "No commit since", lambda w: (w.release(), w.commit("chore: tidy")), deploy("internal")),
    Row("phase unknown", ErrorCode.PHASE_UNKNOWN, "no phase 'beta'", nothing, deploy("beta")),
    Row("phase without a rollout", ErrorCode.ROLLOUT_MISSING, "No rollout", nothing, deploy("canary")),
    Row("phase out of order", ErrorCode.ROLLOUT_HELD, "the rollout waits", release_internal, deploy("public")),
    Row("nothing to go back to", ErrorCode.NOTHING_TO_ROLL_BACK, "no good release", lambda w: w.release(), rollback("--quick")),
    Row("nothing was ever released", ErrorCode.NOTHING_TO_ROLL_BACK, "no good release", nothing, rollback("--full")),
    Row("rollback to an unknown version", ErrorCode.VERSION_UNKNOWN, "Cannot go back to 9.9.9", lambda w: w.release(), rollback("--full", "--to", "9.9.9")),
    Row("rollback of an unknown channel", ErrorCode.USAGE, "no channel 'beta'", nothing, rollback("--quick", "--channel", "beta")),
    Row("ledger of a newer schema", ErrorCode.LEDGER_NEWER, "schema 99", write_ledger(lambda s: s.update(schema=99)), deploy("canary")),
    Row("ledger with a forged id", ErrorCode.LEDGER_CORRUPT, "cannot be read", write_ledger(lambda s: s["channels"]["internal"].update(commit="--output=x")), deploy("canary")),
    Row("ledger without its releases", ErrorCode.LEDGER_CORRUPT, "cannot be read", write_ledger(lambda s: s.update(releases={})), deploy("canary")),
    Row("override without a reason", ErrorCode.USAGE, "needs a reason", release_internal, deploy("public", "--override", " ")),
    Row("corrupted ledger", ErrorCode.LEDGER_CORRUPT, "cannot be read", write_ledger(lambda s: s.update(channels=7)), deploy("canary")),
    Row("no identity", ErrorCode.IDENTITY_MISSING, "who you are", nothing, deploy("internal")),
    Row("bad config", ErrorCode.CONFIG_INVALID, "2 mistakes", configure("remot = 'x'\njobs = 0\n"), deploy("internal")),
    Row("source is a channel", ErrorCode.SOURCE_IS_CHANNEL, "is the source and also", configure("[channels]\nstable = 'main'\n"), deploy("internal")),
    Row("unknown ref", ErrorCode.REF_UNKNOWN, "'--upload-pack=x'", nothing, deploy("internal", "--from=--upload-pack=x")),
)  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_bad_input_gets_one_clear_error_and_moves_nothing(row: Row, workshop: Workshop) -> None:
    row.spoil(workshop)
    before = workshop.remote_refs()
    environment = {"GIT_CONFIG_GLOBAL": os.devnull} if row.code is ErrorCode.IDENTITY_MISSING else {}
    done = invoke(workshop.root, *row.ask, "--yes", "--json", **environment)
    error = json.loads(done.stdout)["error"]
    assert (error["code"], done.returncode) == (row.code.reference, row.code.exit_status)
    assert row.says in error["what"]
    assert error["hint"]
    assert "Traceback" not in done.stderr
    assert "s3cret-token" not in done.stdout + done.stderr
    after = {ref: value for ref, value in workshop.remote_refs().items() if ref not in row.others_move}
    assert after == before


def test_the_rows_cover_every_code_that_bad_input_can_cause() -> None:
    exempt = {
        ErrorCode.INTERNAL,  # never foreseen
        ErrorCode.CONFIRMATION_REQUIRED,  # the rest are seen in test_commands.py and in the tests of their rooms
        ErrorCode.DECLINED,
        ErrorCode.NOT_A_REPOSITORY,
        ErrorCode.PLAN_CHANGED,
        ErrorCode.CHANNEL_MOVED,
        ErrorCode.OUTCOME_UNKNOWN,
        ErrorCode.GIT_FAILED,
        ErrorCode.GATE_FAILED,
        ErrorCode.GATE_INCONCLUSIVE,
        ErrorCode.GATE_ERROR,
        ErrorCode.TAG_IN_USE,
        ErrorCode.SANDBOX_INVALID,
        ErrorCode.EFFECTS_OPEN,
        ErrorCode.CLIENT_FAILED,
        ErrorCode.HOST_REFUSED,
        ErrorCode.VERIFICATION_FAILED,
        ErrorCode.REHEARSAL_FAILED,
        ErrorCode.FILE_UNWRITTEN,
        ErrorCode.RELEASE_UNHEALTHY,
        ErrorCode.TELEMETRY_MISSING,
        ErrorCode.TELEMETRY_UNSENT,
    }
    assert {row.code for row in ROWS} | exempt == set(ErrorCode)


def test_of_two_at_once_one_wins_and_the_other_is_told_what_moved(workshop: Workshop) -> None:
    plan, world = workshop.plan_deploy("internal"), workshop.observe()
    workshop.deploy("internal")
    refs = workshop.remote_refs()
    with pytest.raises(PhasegateError) as caught:
        carry_out(workshop.desk, world, plan, judge=assume_passed)
    assert caught.value.code is ErrorCode.CONFLICT
    assert any("refs/phasegate/ledger" in detail for detail in caught.value.details)
    assert workshop.remote_refs() == refs


def test_a_refusing_hook_is_quoted(workshop: Workshop) -> None:
    protect_branch(workshop)
    with pytest.raises(PhasegateError) as caught:
        workshop.deploy("internal")
    assert any("internal is protected" in detail for detail in caught.value.details)
