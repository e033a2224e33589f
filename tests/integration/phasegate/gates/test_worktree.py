"""The temporary checkout, from every kind of repository that a user may have."""

from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.gates.worktree import temporary_worktree
from phasegate.git.door import Git
from processes import executable

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def git(tmp_path: Path) -> Git:
    folder = tmp_path / "repository"
    folder.mkdir()
    git = Git(folder)
    git.run("init", "--quiet")
    for text in ("one", "two"):
        (folder / "file.txt").write_text(text, encoding="utf-8")
        git.run("add", "file.txt")
        git.run("commit", "--quiet", "-m", text)
    return git


def contents(git: Git, commit: str) -> str:
    with temporary_worktree(git, commit) as folder:
        return (folder / "file.txt").read_text(encoding="utf-8")


def test_it_holds_the_commit_that_was_asked_for_and_is_gone_afterwards(git: Git) -> None:
    with temporary_worktree(git, "HEAD~1") as folder:
        assert (folder / "file.txt").read_text(encoding="utf-8") == "one"
        assert Git(folder).attempt("symbolic-ref", "HEAD").status != 0
        assert Git(folder).run("status", "--porcelain") == ""
    assert not folder.exists()


def test_the_users_list_of_worktrees_stays_as_it_was(git: Git) -> None:
    before = git.run("worktree", "list", "--porcelain")
    with temporary_worktree(git, "HEAD"):
        assert git.run("worktree", "list", "--porcelain") == before


def test_a_bare_repository_will_do(git: Git, tmp_path: Path) -> None:
    git.run("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
    assert contents(Git(tmp_path / "bare.git"), "HEAD") == "two"


def test_a_linked_worktree_will_do(git: Git, tmp_path: Path) -> None:
    git.run("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"), "HEAD~1")
    assert contents(Git(tmp_path / "linked"), git.run("rev-parse", "HEAD~1")) == "one"


def test_a_shallow_repository_will_do_even_for_a_commit_without_a_ref(git: Git, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    git.run("clone", "--quiet", "--depth=1", git.folder.as_uri(), str(shallow))
    door = Git(shallow)
    loose = door.run("commit-tree", "-m", "only an object", "HEAD^{tree}")
    assert contents(door, loose) == "two"


@pytest.mark.skipif(sys.platform == "win32", reason="hooks need a shell")
def test_the_users_hooks_do_not_run(git: Git, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    executable(hooks / "post-checkout", f"#!/bin/sh\ntouch '{tmp_path / 'ran'}'\n")
    git.run("config", "--global", "core.hooksPath", str(hooks))
    try:
        assert contents(git, "HEAD") == "two"
    finally:
        git.run("config", "--global", "--unset", "core.hooksPath")
    assert not (tmp_path / "ran").exists()


def test_a_push_from_it_does_not_reach_the_users_repository(git: Git) -> None:
    with temporary_worktree(git, "HEAD") as folder:
        assert Git(folder).attempt("push", "origin", "HEAD:refs/heads/intruder").status != 0
    assert git.attempt("rev-parse", "--verify", "--quiet", "refs/heads/intruder").status != 0


def test_read_only_files_are_removed_too(git: Git) -> None:
    with temporary_worktree(git, "HEAD") as folder:
        (folder / "file.txt").chmod(stat.S_IREAD)
    assert not folder.exists()


def test_what_names_no_commit_is_an_error_and_leaves_nothing_behind(git: Git, tmp_path: Path) -> None:
    with pytest.raises(PhasegateError) as caught, temporary_worktree(git, "--upload-pack=x"):
        pytest.fail("there is no such commit")
    assert caught.value.code is ErrorCode.GIT_FAILED
