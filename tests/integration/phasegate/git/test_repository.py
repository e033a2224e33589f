from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.repository import Identity, open_repository
from workshop import git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "a checkout"
    folder.mkdir()
    git(folder, "init", "--quiet")
    return folder


def test_a_repository_is_found_from_a_folder_inside(checkout: Path) -> None:
    inside = checkout / "deep" / "down"
    inside.mkdir(parents=True)
    repository = open_repository(inside)
    assert repository.root.samefile(checkout)
    assert repository.state_folder.parent.samefile(checkout / ".git")
    assert repository.state_folder.name == "phasegate"
    assert not repository.state_folder.exists()


def test_a_bare_repository_is_its_own_root(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    repository = open_repository(tmp_path / "bare.git")
    assert repository.root.samefile(tmp_path / "bare.git")
    assert repository.state_folder == repository.root / "phasegate"
    assert repository.is_bare


def test_a_worktree_of_a_bare_repository_is_none(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "commit", "--quiet", "--allow-empty", "-m", "x")
    git(tmp_path, "clone", "--quiet", "--bare", str(checkout), "bare.git")
    git(tmp_path / "bare.git", "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    repository = open_repository(tmp_path / "linked")
    assert not repository.is_bare
    assert repository.root.samefile(tmp_path / "linked")


def test_linked_worktrees_share_the_state_folder(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "commit", "--quiet", "--allow-empty", "-m", "x")
    git(checkout, "worktree", "add", "--quiet", str(tmp_path / "linked"))
    linked = open_repository(tmp_path / "linked")
    assert linked.root.samefile(tmp_path / "linked")
    assert linked.state_folder.parent.samefile(checkout / ".git")


def test_a_folder_in_no_repository_is_refused_with_git_s_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(PhasegateError) as caught:
        open_repository(tmp_path)
    assert caught.value.code is ErrorCode.NOT_A_REPOSITORY
    assert "not a git repository" in caught.value.why


def test_the_variables_of_a_git_hook_do_not_point_elsewhere(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    monkeypatch.setenv("GIT_PREFIX", "deep/")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git" / "objects"))
    repository = open_repository(checkout)
    assert repository.root.samefile(checkout)
    blob = repository.git.run("hash-object", "-w", "--stdin", stdin=b"where am I")
    assert (checkout / ".git" / "objects" / blob[:2] / blob[2:]).exists()


def test_settings_are_read_with_their_last_value(checkout: Path) -> None:
    git(checkout, "config", "--add", "probe.many", "one")
    git(checkout, "config", "--add", "probe.many", "two\nlines")
    with (checkout / ".git" / "config").open("a") as config:
        config.write('[commit]\n\tgpgSign\n[remote "Up.Stream"]\n\turl = x\n')
    repository = open_repository(checkout)
    assert repository.settings["probe.many"] == "two\nlines"
    assert repository.is_set("commit.gpgSign")
    repository.require_remote("Up.Stream")


def test_the_identity_is_the_one_that_git_would_commit_with(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(checkout, "config", "user.name", "Ada King > Lovelace")
    git(checkout, "config", "user.email", "ada@example.test")
    assert open_repository(checkout).identity() == Identity("Ada King  Lovelace", "ada@example.test")
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Grace")
    assert open_repository(checkout).identity() == Identity("Grace", "ada@example.test")


@pytest.mark.parametrize("known", ["", "[user]\n\tname = Ada\n"])
def test_a_guess_from_the_host_name_is_no_identity(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: str
) -> None:
    settings = tmp_path / "nobody"
    settings.write_text(known, encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    with pytest.raises(PhasegateError) as caught:
        open_repository(checkout).identity()
    assert caught.value.code is ErrorCode.IDENTITY_MISSING
    assert "user.email" in caught.value.hint
