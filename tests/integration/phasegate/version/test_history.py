from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from integration.phasegate.version.repository import Repository
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.version.history import TAGS, commits_since, released_before
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def version_before(
    repository: Repository, source: str = "main", tag_format: str = "v{version}"
) -> str | None:
    released = released_before(repository.git, source, tag_format)
    return str(released.version) if released else None


def test_without_tags_there_is_no_release(repository: Repository) -> None:
    repository.commit("feat: begin")
    assert released_before(repository.git, "main", "v{version}") is None


def test_the_highest_final_version_wins_whatever_the_order_of_the_tags(repository: Repository) -> None:
    first = repository.commit("a", tag="v10.0.0")
    second = repository.commit("b", first, tag="v9.0.0")
    repository.commit("c", second, tag="v10.0.1-rc.1")
    released = released_before(repository.git, "main", "v{version}")
    assert released == ("refs/tags/v10.0.0", Version(10, 0, 0))


def test_floating_and_foreign_tags_do_not_disturb(repository: Repository) -> None:
    first = repository.commit("a", tag="v1.2.3")
    last = repository.commit("b", first)
    for name in ("v2", "v2.1", "tool-9.0.0", "9.9.9", "v3.0.0+build", "vv4.0.0", "team/v5.0.0", "v6.0.0x"):
        repository.run("update-ref", f"refs/tags/{name}", last)
    assert version_before(repository) == "1.2.3"


def test_tags_of_trees_and_blobs_do_not_disturb(repository: Repository) -> None:
    repository.commit("a", tag="v1.0.0")
    repository.run("update-ref", "refs/tags/v2.0.0", repository.tree)
    blob = repository.run("hash-object", "-w", "--stdin", stdin=b"key")
    repository.run("update-ref", "refs/tags/v3.0.0", blob)
    assert version_before(repository) == "1.0.0"


def test_annotated_tags_and_tags_of_tags_count(repository: Repository) -> None:
    repository.commit("a")
    repository.run("tag", "-a", "-m", "one", "v1.0.0", "main")
    repository.run("tag", "-a", "-m", "two", "v1.1.0", "refs/tags/v1.0.0")
    assert version_before(repository) == "1.1.0"


def test_a_higher_version_of_another_branch_does_not_count(repository: Repository) -> None:
    first = repository.commit("a", tag="v1.0.0")
    repository.commit("b", first, tag="v2.0.0")
    maintained = repository.commit("c", first, tag="v1.0.1")
    repository.run("update-ref", "refs/heads/main", first)
    assert version_before(repository, maintained) == "1.0.1"


def test_a_release_on_a_merged_branch_counts(repository: Repository) -> None:
    first = repository.commit("a", tag="v1.0.0")
    side = repository.commit("b", first, tag="v1.5.0")
    repository.commit("merge", repository.commit("c", first), side)
    assert version_before(repository) == "1.5.0"


def test_tags_may_live_under_another_prefix(repository: Repository) -> None:
    commit = repository.commit("a", tag="v1.0.0")
    observed = "refs/phasegate/observed/tags/"
    repository.run("update-ref", f"{observed}v2.0.0", commit)
    released = released_before(repository.git, "main", "v{version}", observed)
    assert released == (f"{observed}v2.0.0", Version(2, 0, 0))


@pytest.mark.parametrize("tag_format", ["{version}", "release/{version}", "rforge-{version}-final"])
def test_any_tag_format_is_read_back(repository: Repository, tag_format: str) -> None:
    repository.commit("a", tag=tag_format.format(version="3.1.4"))
    assert version_before(repository, tag_format=tag_format) == "3.1.4"


@pytest.mark.parametrize("source", ["no-such-branch", "--help", "refs/tags/"])
def test_a_source_that_names_no_commit_is_git_s_error(repository: Repository, source: str) -> None:
    repository.commit("a")
    repository.commit("b", tag="v1.0.0")
    for ask in (
        lambda: version_before(repository, source),
        lambda: commits_since(repository.git, source, None),
    ):
        with pytest.raises(PhasegateError) as stopped:
            ask()
        assert stopped.value.code is ErrorCode.GIT_FAILED


def test_commits_since_a_tag_are_those_that_the_tag_does_not_reach(repository: Repository) -> None:
    first = repository.commit("a", tag="v1.0.0")
    side = repository.commit("fix: b\n\nWith a body.", first)
    main = repository.commit("feat: c", first)
    merge = repository.commit("Merge side", main, side)
    commits = commits_since(repository.git, "main", f"{TAGS}v1.0.0")
    assert {(c.id, c.parents, c.message.rstrip("\n")) for c in commits} == {
        (merge, 2, "Merge side"),
        (main, 1, "feat: c"),
        (side, 1, "fix: b\n\nWith a body."),
    }


def test_without_a_base_the_whole_history_is_read_down_to_its_root(repository: Repository) -> None:
    root = repository.commit("chore: root")
    repository.commit("feat: next", root)
    commits = commits_since(repository.git, "main", None)
    assert [(c.parents, c.is_merge) for c in commits] == [(1, False), (0, False)]


def test_nothing_happened_since_the_tip_itself(repository: Repository) -> None:
    repository.commit("a", tag="v1.0.0")
    assert commits_since(repository.git, "main", f"{TAGS}v1.0.0") == ()


def test_messages_may_hold_anything(repository: Repository) -> None:
    first = repository.commit("feat: one\n\n\n\tindented\r\nand \u2028 \x1b[31m more\x1e")
    repository.commit("", first)
    messages = [commit.message.rstrip("\n") for commit in commits_since(repository.git, "main", None)]
    assert messages == ["", "feat: one\n\n\n\tindented\r\nand \u2028 \x1b[31m more\x1e"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(b"fix: caf\xe9 \xff!", "fix: caf\ufffd \ufffd!"), (b"fix: nul\0feat: hidden", "fix: nul")],
)
def test_a_commit_that_git_itself_would_not_write_is_read(
    repository: Repository, raw: bytes, expected: str
) -> None:
    head = f"tree {repository.tree}\nauthor A <a@b.c> 1 +0000\ncommitter A <a@b.c> 1 +0000\n\n".encode()
    odd = repository.run("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=head + raw)
    last = repository.commit("feat: after", odd)
    assert [(c.id, c.message.strip()) for c in commits_since(repository.git, "main", None)] == [
        (last, "feat: after"),
        (odd, expected),
    ]


def test_messages_in_another_encoding_arrive_as_unicode(repository: Repository) -> None:
    repository.run("config", "i18n.commitEncoding", "ISO-8859-1")
    repository.commit("fix: café".encode("latin-1"))
    assert commits_since(repository.git, "main", None)[0].message.strip() == "fix: café"


def test_settings_of_the_user_do_not_change_what_is_read(repository: Repository) -> None:
    for key, value in {
        "log.showSignature": "true",
        "log.decorate": "full",
        "color.ui": "always",
        "log.follow": "true",
        "i18n.logOutputEncoding": "UTF-16",
        "format.pretty": "oneline",
        "log.diffMerges": "first-parent",
    }.items():
        repository.run("config", key, value)
    root = repository.commit("feat: one", tag="v1.0.0")
    repository.commit("fix: zwei ü", root)
    (commit,) = commits_since(repository.git, "main", f"{TAGS}v1.0.0")
    assert (commit.parents, commit.message.strip()) == (1, "fix: zwei ü")
    assert version_before(repository) == "1.0.0"
