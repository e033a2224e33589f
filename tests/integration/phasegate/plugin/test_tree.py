from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.door import Git
from phasegate.plugin.tree import FolderFiles, TreeFiles, checkout_files

if TYPE_CHECKING:
    from pathlib import Path

ODD_NAMES = ['a "quoted" name', "with\nnewline", "täb\tand ünïcode", "-dash", " blank "]
posix = pytest.mark.skipif(sys.platform == "win32", reason="names and modes that Windows has not")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """A repository with a commit that holds odd names, a link, a script, a binary and an ignored folder."""
    root = tmp_path / "repo"
    root.mkdir()
    (root / "bin").mkdir()
    (root / "bin" / "run.sh").write_text("#!/bin/sh\n")
    (root / "bin" / "run.sh").chmod(0o755)
    (root / "binary").write_bytes(bytes(range(256)) + b"\n\0\n")
    (root / "empty").write_bytes(b"")
    (root / "twin").write_bytes(b"")
    if sys.platform != "win32":
        (root / "link").symlink_to("bin/run.sh")
        (root / "folder-link").symlink_to("bin")
        for name in ODD_NAMES:
            (root / name).write_text(name, encoding="utf-8")
    (root / ".gitignore").write_text("ignored/\n")
    (root / "ignored").mkdir()
    (root / "ignored" / "big").write_bytes(b"x")
    door = Git(root)
    door.run("init", "--quiet")
    door.run("add", "--all")
    door.run("-c", "user.name=N", "-c", "user.email=n@e.org", "commit", "--quiet", "--message=x")
    return door


def test_a_commit_and_its_checkout_hold_the_same(git: Git) -> None:
    commit, checkout = TreeFiles(git, "HEAD"), checkout_files(git)
    assert commit.paths() == checkout.paths()
    assert "binary" in commit.paths()
    assert "ignored/big" not in checkout.paths()
    assert [commit.mode(path) for path in commit.paths()] == [checkout.mode(path) for path in commit.paths()]
    assert commit.read_many(commit.paths()) == checkout.read_many(checkout.paths())
    assert commit.read("binary") == bytes(range(256)) + b"\n\0\n"


@posix
def test_odd_names_survive_and_links_are_not_followed(git: Git) -> None:
    commit = TreeFiles(git, "HEAD")
    for name in ODD_NAMES:
        assert commit.read(name) == name.encode()
    assert (commit.mode("link"), commit.read("link")) == ("120000", b"bin/run.sh")
    assert (commit.mode("folder-link"), commit.read("folder-link")) == ("120000", b"bin")
    assert commit.mode("bin/run.sh") == "100755"


@posix
def test_a_name_that_is_no_utf8_survives(git: Git) -> None:
    blob = git.run("hash-object", "-w", "--stdin", stdin=b"odd")
    tree = git.run("mktree", "-z", stdin=f"100644 blob {blob}\t".encode() + b"caf\xe9\0")
    assert [path.encode("utf-8", "surrogateescape") for path in TreeFiles(git, tree).paths()] == [b"caf\xe9"]
    assert TreeFiles(git, tree).read_many(TreeFiles(git, tree).paths()) == {"caf\udce9": b"odd"}


@posix
def test_a_folder_is_walked_without_its_git_and_not_into_links_or_repositories(git: Git) -> None:
    inner = git.folder / "inner"
    inner.mkdir()
    Git(inner).run("init", "--quiet")
    (inner / "file").write_text("x")
    files = FolderFiles(git.folder)
    assert files.mode("inner") == "160000"
    assert files.read("inner") is None
    assert files.mode("bin/run.sh") == "100755"
    assert set(files.paths()) == {*TreeFiles(git, "HEAD").paths(), "ignored/big", "inner"}
    assert checkout_files(git).mode("inner") == "160000"


def test_a_path_outside_is_never_read(git: Git, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    assert FolderFiles(git.folder).read("../secret") is None
    assert FolderFiles(git.folder).read(str(tmp_path / "secret")) is None
    assert TreeFiles(git, "HEAD").read("../secret") is None


def test_a_checkout_shows_what_is_new_and_not_what_was_removed(git: Git) -> None:
    (git.folder / "new.txt").write_text("new")
    (git.folder / "binary").unlink()
    files = checkout_files(git)
    assert files.read("new.txt") == b"new"
    assert files.read("binary") is None


def test_many_files_cost_one_process_and_a_second_reading_none(
    git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    attempt = Git.attempt

    def counted(door: Git, *arguments: str, stdin: bytes | None = None) -> object:
        started.append(arguments[0])
        return attempt(door, *arguments, stdin=stdin)

    monkeypatch.setattr(Git, "attempt", counted)
    files = TreeFiles(git, "HEAD")
    files.read_many(files.paths())
    files.read_many(files.paths())
    assert started == ["ls-tree", "cat-file"]


def test_a_submodule_is_listed_and_not_read(git: Git) -> None:
    head = git.run("rev-parse", "HEAD")
    tree = git.run("mktree", stdin=f"160000 commit {head}\tsub\n".encode())
    files = TreeFiles(git, tree)
    assert (files.paths(), files.mode("sub"), files.read("sub")) == (("sub",), "160000", None)


def test_an_object_that_is_missing_is_told(git: Git) -> None:
    tree = git.run("mktree", "--missing", stdin=f"100644 blob {'1' * 40}\tgone\n".encode())
    with pytest.raises(PhasegateError, match="1111 is not in this repository") as caught:
        TreeFiles(git, tree).read("gone")
    assert caught.value.code is ErrorCode.GIT_FAILED


def test_a_name_that_looks_like_an_option_is_no_option(git: Git) -> None:
    with pytest.raises(PhasegateError) as caught:
        TreeFiles(git, "--name-only")
    assert caught.value.code is ErrorCode.GIT_FAILED
    assert os.path.lexists(git.folder / "binary")


@posix
def test_what_lies_behind_a_link_that_took_a_folder_s_place_is_never_read(git: Git, tmp_path: Path) -> None:
    (git.folder / "bin").rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "run.sh").write_text("a secret of the machine")
    (git.folder / "bin").symlink_to(tmp_path / "elsewhere")
    files = checkout_files(git)
    assert "bin/run.sh" not in files.paths()
    assert files.read("bin") == os.fsencode(tmp_path / "elsewhere")


@posix
def test_a_pipe_is_passed_over(git: Git) -> None:
    (git.folder / "binary").unlink()
    os.mkfifo(git.folder / "binary")
    os.mkfifo(git.folder / "new-pipe")
    for files in (checkout_files(git), FolderFiles(git.folder)):
        assert not {"binary", "new-pipe"} & set(files.paths())
