"""What is read of real git repositories."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from rforge.deadline import Deadline
from rforge.package.folder import PackageFolder
from rforge.package.repository import read_git

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def read(folder: Path):
    return read_git(PackageFolder(folder, Deadline.after(60, lambda: 0.0)))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "tiny" / "R").mkdir(parents=True)
    (root / "tiny" / "DESCRIPTION").write_text("Package: tiny\n", encoding="utf-8")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "feat: first")
    return root


@pytest.fixture
def without_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


def test_a_package_below_the_top_of_a_repository_has_its_state(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    state = read(repository / "tiny")
    assert (state.branch, state.commit, state.changed, state.tag) == ("main", commit, 0, "")


def test_what_is_changed_below_the_package_is_counted(repository: Path) -> None:
    (repository / "elsewhere").write_text("x", encoding="utf-8")
    git(repository, "mv", "tiny/DESCRIPTION", "tiny/RENAMED")
    (repository / "tiny" / "new").write_text("x", encoding="utf-8")
    assert read(repository / "tiny").changed == 2


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("annotated", [False, True])
def test_the_tag_of_the_commit_is_found(repository: Path, *, packed: bool, annotated: bool) -> None:
    git(repository, "tag", *(["-a", "-m", "x"] if annotated else []), "v1.0.0")
    if packed:
        git(repository, "pack-refs", "--all")
    assert read(repository).tag == "v1.0.0"


def test_without_git_the_files_tell_all_but_the_changes(repository: Path, without_git: None) -> None:
    state = read(repository)
    assert (state.branch, len(state.commit), state.changed) == ("main", 40, None)


def test_without_git_a_packed_branch_and_tag_are_read(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    git(repository, "tag", "-am", "x", "v1")
    git(repository, "pack-refs", "--all")
    commit = git(repository, "rev-parse", "HEAD")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    state = read(repository)
    assert (state.commit, state.tag) == (commit, "v1")


def test_a_worktree_has_its_own_branch(repository: Path) -> None:
    git(repository, "worktree", "add", "-qb", "side", "../side")
    state = read(repository.parent / "side")
    assert (state.branch, state.commit) == ("side", git(repository, "rev-parse", "HEAD"))


def test_a_checkout_without_a_branch_has_none(repository: Path) -> None:
    git(repository, "checkout", "-q", "--detach")
    state = read(repository)
    assert (state.branch, len(state.commit)) == ("", 40)


def test_before_the_first_commit_there_is_no_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    state = read(tmp_path)
    assert (state.branch, state.commit, state.tag) == ("main", "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="the programs here are shell scripts")
def test_no_program_of_the_repository_is_run(repository: Path) -> None:
    trap = repository / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{repository.parent}/sprung'\ncat\n", encoding="utf-8")
    trap.chmod(0o755)
    for hook in ("post-index-change", "fsmonitor-watchman"):
        (repository / ".git" / "hooks" / hook).write_bytes(trap.read_bytes())
        (repository / ".git" / "hooks" / hook).chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(trap))
    for kind in ("clean", "process", "smudge"):
        git(repository, "config", f"filter.evil.{kind}", str(trap))
    git(repository, "config", "filter.evil.required", "true")
    (repository / ".gitattributes").write_text("* filter=evil\n", encoding="utf-8")
    (repository / "tiny" / "DESCRIPTION").write_text("Package: tinY\n", encoding="utf-8")
    (repository / "tiny" / "DESCRIPTION").touch()
    state = read(repository / "tiny")
    assert state.changed == 1
    assert not (repository.parent / "sprung").exists()


def test_a_folder_outside_of_a_repository_has_no_state(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("no git folder\n", encoding="utf-8")
    assert read(tmp_path) is None
