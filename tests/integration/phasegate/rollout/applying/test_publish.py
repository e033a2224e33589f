"""A push that breaks off: the outcome is found by looking at the remote, never guessed."""

from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.applying.effecting import perform_effects

if TYPE_CHECKING:
    from pathlib import Path

    from workshop import Workshop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the hooks here are shell scripts")


def hook(workshop: Workshop, name: str, text: str) -> Path:
    path = workshop.remote / "hooks" / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


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
    follow = (
        'head=$(git rev-parse refs/phasegate/ledger); tree=$(git rev-parse "$head^{tree}");'
        "git update-ref refs/phasegate/follow $(git -c user.name=x -c user.email=x commit-tree -p $head -m next $tree)"
    )
    hook(workshop, "post-receive", f"[ -e {once} ] || {{ touch {once}; {follow}; kill -9 $PPID; }}")
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


def test_a_connection_that_breaks_before_the_refs_moved_publishes_nothing(workshop: Workshop) -> None:
    before = workshop.remote_refs()
    path = hook(workshop, "pre-receive", "kill -9 $PPID; sleep 1")
    with pytest.raises(PhasegateError) as caught:
        workshop.deploy("internal")
    assert caught.value.code is ErrorCode.REMOTE_UNREACHABLE
    assert "nothing of it was published" in caught.value.what
    assert workshop.remote_refs() == before
    path.unlink()
    assert workshop.deploy("internal").operation is not None


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
