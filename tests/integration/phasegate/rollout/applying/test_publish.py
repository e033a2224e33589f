"""A push that breaks off: the outcome is found by looking at the remote, never guessed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.applying.effecting import perform_effects
from processes import executable
from workshop import git

if TYPE_CHECKING:
    from pathlib import Path

    from workshop import Workshop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the hooks here are shell scripts")


FOLLOW = (
    'head=$(git rev-parse refs/phasegate/ledger); tree=$(git rev-parse "$head^{tree}");'
    "git update-ref refs/phasegate/ledger $(git -c user.name=x -c user.email=x commit-tree -p $head -m next $tree)"
)
"""Somebody else's operation, just then."""


def hook(workshop: Workshop, name: str, text: str) -> Path:
    return executable(workshop.remote / "hooks" / name, f"#!/bin/sh\n{text}\n")


def test_a_connection_that_breaks_after_the_refs_moved_is_a_success(workshop: Workshop) -> None:
    once = workshop.remote / "once"
    hook(workshop, "post-receive", f"[ -e {once} ] || {{ touch {once}; kill -9 $PPID; }}")
    done = workshop.deploy("internal")
    assert once.exists()
    assert done.operation is not None
    assert workshop.version_on("internal") == "1.0.0-rc.1"
    assert done.state.effects == ()


def test_another_operation_right_after_ours_does_not_hide_that_ours_arrived(workshop: Workshop) -> None:
    once = workshop.remote / "once"
    hook(workshop, "post-receive", f"[ -e {once} ] || {{ touch {once}; {FOLLOW}; kill -9 $PPID; }}")
    done = workshop.deploy("internal")
    assert done.operation is not None


def test_a_refused_record_leaves_the_effects_open_and_says_that_the_refs_moved(workshop: Workshop) -> None:
    path = hook(workshop, "update", 'case "$1" in refs/heads/gh-pages) exit 1;; esac')
    with pytest.raises(PhasegateError) as caught:
        workshop.deploy("internal")
    assert caught.value.code is ErrorCode.EFFECTS_OPEN
    assert "The refs moved" in caught.value.what
    assert workshop.version_on("internal") == "1.0.0-rc.1"
    assert workshop.observe().state.effects
    path.unlink()
    perform_effects(workshop.desk, workshop.observe())
    assert workshop.observe().state.effects == ()


def test_a_ref_that_is_in_the_way_of_a_channel_is_what_the_error_tells(workshop: Workshop) -> None:
    git(workshop.remote, "branch", "internal/1.x", "main")
    with pytest.raises(PhasegateError) as caught:
        workshop.deploy("internal")
    assert caught.value.code is ErrorCode.PUSH_REJECTED
    assert "Rename that ref" in caught.value.hint
    assert "refs/heads/internal/1.x" in "".join(caught.value.details)


def test_a_connection_that_breaks_before_the_refs_moved_publishes_nothing(workshop: Workshop) -> None:
    before = workshop.remote_refs()
    path = hook(workshop, "pre-receive", "kill -9 $PPID; sleep 1")
    with pytest.raises(PhasegateError) as caught:
        workshop.deploy("internal")
    assert caught.value.code is ErrorCode.REMOTE_UNREACHABLE
    assert "the remote was asked since, and has nothing of it" in caught.value.what
    assert workshop.remote_refs() == before
    path.unlink()
    assert workshop.deploy("internal").operation is not None


def test_a_push_that_broke_off_is_pushed_once_more(workshop: Workshop) -> None:
    once = workshop.remote / "once"
    hook(workshop, "pre-receive", f"[ -e {once} ] || {{ touch {once}; kill -9 $PPID; sleep 1; }}")
    assert workshop.deploy("internal").operation is not None
    assert workshop.observe().state.length == 2
    assert "the push broke off; pushing the same once more" in workshop.said


def test_an_operation_of_somebody_else_after_a_push_that_broke_off_is_a_conflict(workshop: Workshop) -> None:
    """The remote moved on without ours, which it can never take any more: that is known, and said."""
    workshop.deploy("internal")
    workshop.now_s += 10**6
    cut_off = "unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES"
    hook(workshop, "pre-receive", f"{cut_off}; {FOLLOW}; kill -9 $PPID; sleep 1")
    with pytest.raises(PhasegateError) as caught:
        workshop.deploy("canary")
    assert caught.value.code is ErrorCode.CONFLICT


def test_a_pre_push_hook_that_says_no_is_asked_once_and_quoted(workshop: Workshop) -> None:
    asked = workshop.root / ".git" / "asked"
    hook_text = f"#!/bin/sh\necho x >> {asked}\necho not on a Friday >&2\nexit 1\n"
    executable(workshop.root / ".git" / "hooks" / "pre-push", hook_text)
    before = workshop.remote_refs()
    with pytest.raises(PhasegateError) as caught:
        workshop.deploy("internal")
    assert caught.value.code is ErrorCode.PUSH_REJECTED
    assert "stopped on this machine" in caught.value.what
    assert "not on a Friday" in " ".join(caught.value.details)
    assert workshop.remote_refs() == before
    assert asked.read_text() == "x\n"


def test_a_remote_that_is_silent_for_too_long_is_asked_what_it_did(workshop: Workshop) -> None:
    workshop.settings["remote_timeout_s"] = 4.0
    once = workshop.remote / "once"
    awake = workshop.remote / "awake"
    hook(workshop, "post-receive", f"[ -e {once} ] || {{ touch {once}; sleep 60; touch {awake}; }}")
    done = workshop.deploy("internal")
    assert once.exists()
    assert not awake.exists(), "it waited for the hook"
    assert done.state.effects == ()


def test_a_remote_that_is_gone_after_the_push_leaves_the_outcome_unknown_and_says_so(
    workshop: Workshop,
) -> None:
    hidden = workshop.remote.with_name("hidden.git")
    hook(workshop, "post-receive", f"mv {workshop.remote} {hidden}; kill -9 $PPID")
    with pytest.raises(PhasegateError) as caught:
        workshop.deploy("internal")
    assert caught.value.code is ErrorCode.OUTCOME_UNKNOWN
    assert "invoke status" in caught.value.hint
    hidden.rename(workshop.remote)
    (workshop.remote / "hooks" / "post-receive").unlink()
    assert workshop.deploy("internal").operation is None
