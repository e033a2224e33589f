"""Locks of git in a real checkout: held by the living, and left by the killed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Callable

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.locks import PATIENCE_S
from phasegate.git.remote import KNOWN, OBSERVED, fetch_refs, remember
from phasegate.git.repository import Repository, open_repository
from processes import executable
from workshop import git

MAIN = "refs/heads/main"
PATTERNS = ["refs/heads/*"]


@pytest.fixture
def here(tmp_path: Path) -> Repository:
    """A checkout whose remote has moved since it was cloned: a branch is new, and one that was observed is gone."""
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    git(tmp_path, "clone", "--quiet", "remote.git", "here")
    for branch in ("main", "gone"):
        git(tmp_path / "here", "commit", "--quiet", "--allow-empty", "-m", branch)
        git(tmp_path / "here", "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    repository = open_repository(tmp_path / "here")
    fetch_refs(repository, "origin", PATTERNS)
    git(tmp_path / "here", "push", "--quiet", "origin", "HEAD:refs/heads/main", ":refs/heads/gone")
    return repository


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr("phasegate.git.locks.time.sleep", taken.append)
    return taken


def lock(repository: Repository, name: str, age_s: float = 0) -> Path:
    path = repository.root / ".git" / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    made_s = path.stat().st_mtime - age_s
    os.utime(path, (made_s, made_s))
    return path


def observe(repository: Repository) -> object:
    return fetch_refs(repository, "origin", PATTERNS)


def note(repository: Repository) -> object:
    return remember(repository, "ledger", git(repository.root, "rev-parse", "HEAD"))


OURS = pytest.mark.parametrize(
    ("act", "ref"),
    [(observe, f"{OBSERVED}heads/main"), (observe, f"{OBSERVED}heads/gone"), (note, f"{KNOWN}ledger")],
)


@OURS
def test_an_abandoned_lock_of_ours_is_taken_away_at_once(
    here: Repository, pauses: list[float], act: Callable[[Repository], object], ref: str
) -> None:
    path = lock(here, ref, age_s=PATIENCE_S + 1)
    act(here)
    assert not path.exists()
    assert pauses == []


@OURS
def test_a_lock_that_may_be_held_stays_and_is_reported_as_what_it_is(
    here: Repository, pauses: list[float], act: Callable[[Repository], object], ref: str
) -> None:
    path = lock(here, ref)
    with pytest.raises(PhasegateError, match="holds a lock") as caught:
        act(here)
    assert caught.value.code is ErrorCode.GIT_FAILED
    assert Path(caught.value.why) == path
    assert path.exists()
    assert PATIENCE_S <= sum(pauses) < 2 * PATIENCE_S
    assert len(pauses) < 20  # each is a connection


@OURS
def test_a_lock_that_goes_away_is_waited_for(
    here: Repository, monkeypatch: pytest.MonkeyPatch, act: Callable[[Repository], object], ref: str
) -> None:
    path = lock(here, ref)
    monkeypatch.setattr("phasegate.git.locks.time.sleep", lambda _s: path.unlink())
    act(here)
    assert not path.exists()


def test_an_old_lock_that_is_not_ours_is_the_users_to_judge(here: Repository, pauses: list[float]) -> None:
    path = lock(here, "packed-refs", age_s=1e6)
    git(here.root, "config", "core.packedRefsTimeout", "0")
    with pytest.raises(PhasegateError, match="holds a lock") as caught:
        observe(here)
    assert Path(caught.value.why) == path
    assert "remove the lock" in caught.value.hint
    assert path.exists()
    path.unlink()
    assert MAIN in fetch_refs(here, "origin", PATTERNS)


@pytest.mark.skipif(sys.platform == "win32", reason="the hook is a shell script that kills")
def test_a_git_that_was_killed_while_it_held_locks_does_not_block_the_next(
    here: Repository, pauses: list[float]
) -> None:
    hook = executable(
        here.root / ".git" / "hooks" / "reference-transaction",
        '#!/bin/sh\n[ "$1" != prepared ] || ! grep -q heads/main || kill -9 $PPID\n',
    )
    with pytest.raises(PhasegateError):
        fetch_refs(here, "origin", [f"{MAIN}*"])
    hook.unlink()
    left = list((here.root / ".git").rglob("*.lock"))
    assert left
    for path in left:
        os.utime(path, (0, 0))
    assert MAIN in fetch_refs(here, "origin", [f"{MAIN}*"])
    assert pauses == []
