"""Any kind of checkout will do to operate from, and stays byte for byte what it was; any content survives."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Callable

import pytest

from phasegate.gates.worktree import temporary_worktree
from phasegate.git.door import Git
from phasegate.plugin.tree import TreeFiles, checkout_files
from phasegate.rollout.applying.judging import assume_passed
from phasegate.rollout.proving.verify import overall, verify
from phasegate.verdict import Verdict
from workshop import Workshop, git, snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.ledger.records import Judgement
    from phasegate.rollout.applying.judging import Subject
    from phasegate.rollout.desk import Desk

pytestmark = pytest.mark.once  # the same on every Python, and not swift


def judged_in_a_worktree(desk: Desk, subject: Subject) -> tuple[Judgement, ...]:
    """Passes what the gates' checkout shows to be the subject, byte for byte."""
    with temporary_worktree(desk.repository.git, subject.commit) as folder:
        assert git(folder, "rev-parse", "HEAD^{tree}") == subject.tree
        assert git(folder, "status", "--porcelain", "--ignored") == ""
        there, published = checkout_files(Git(folder)), TreeFiles(desk.repository.git, subject.tree)
        if ".gitattributes" not in published.paths():
            assert there.read_many(there.paths()) == published.read_many(published.paths())
    return assume_passed(desk, subject)


def go_through(workshop: Workshop) -> None:
    """A release from internal to public, and back."""
    workshop.judge = judged_in_a_worktree
    good = workshop.tree_on("stable")
    workshop.deploy("internal")
    workshop.deploy("public", override="the other phases are other tests' affair")
    assert workshop.version_on("stable") == "1.1.0"
    workshop.rollback("quick")
    assert workshop.version_on("stable") == "1.1.1"
    assert_same_but_for_stamps(workshop, good, "refs/heads/stable")
    assert overall(verify(workshop.desk.repository, workshop.observe(), workshop.config)) is Verdict.PASS
    assert git(workshop.remote, "fsck", "--strict") == ""


def assert_same_but_for_stamps(workshop: Workshop, tree: str, other: str) -> None:
    changed = git(workshop.remote, "diff-tree", "-r", "-z", "--name-only", tree, other).split("\0")
    assert set(filter(None, changed)) <= {"CHANGELOG.md", "demo/.claude-plugin/plugin.json"}


def clone(workshop: Workshop, *options: str) -> Path:
    """A clone over git's own protocol, in a folder of its own."""
    folder = workshop.root.parent / "another"
    git(workshop.root.parent, "clone", "--quiet", *options, workshop.remote.as_uri(), str(folder))
    return folder


def shallow(workshop: Workshop) -> Path:
    return clone(workshop, "--depth=1")


def of_a_build_server(workshop: Workshop) -> Path:
    """As CI makes it: one commit, detached, one ref, no note of the remote's default branch."""
    folder = workshop.root.parent / "another"
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "remote", "add", "origin", workshop.remote.as_uri())
    tip = workshop.remote_refs()["refs/heads/main"]
    git(folder, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", f"+{tip}:refs/remotes/origin/main")
    git(folder, "checkout", "--quiet", "--force", "--detach", "refs/remotes/origin/main")
    return folder


def without_tags(workshop: Workshop) -> Path:
    return clone(workshop, "--no-tags", "--single-branch")


def linked_worktree(workshop: Workshop) -> Path:
    folder = workshop.root.parent / "linked"
    git(workshop.root, "worktree", "add", "--quiet", "--detach", str(folder))
    return folder


def dirty(workshop: Workshop) -> Path:
    workshop.write({"stashed.txt": "stashed"})
    git(workshop.root, "stash", "push", "--quiet", "--include-untracked")
    workshop.write({"CHANGELOG.md": "staged", "untracked.txt": "mine"})
    git(workshop.root, "add", "CHANGELOG.md")
    workshop.write({"CHANGELOG.md": "staged, then changed", "noxfile.py": "changed"})
    return workshop.root


def in_a_conflict(workshop: Workshop) -> Path:
    for branch, text in (("theirs", "their line"), ("ours", "our line")):
        git(workshop.root, "checkout", "--quiet", "-b", branch, "main")
        workshop.write({"conflict.txt": text})
        git(workshop.root, "add", "conflict.txt")
        git(workshop.root, "commit", "--quiet", "--message", text)
    merged = subprocess.run(
        ["git", "merge", "--quiet", "theirs"], cwd=workshop.root, capture_output=True, check=False
    )
    assert merged.returncode == 1
    return workshop.root


def bare_mirror(workshop: Workshop) -> Path:
    return clone(workshop, "--mirror")


def partial(workshop: Workshop) -> Path:
    git(workshop.remote, "config", "uploadpack.allowFilter", "true")
    git(workshop.remote, "config", "uploadpack.allowAnySHA1InWant", "true")
    return clone(workshop, "--filter=blob:none", "--no-checkout")


def sparse(workshop: Workshop) -> Path:
    folder = clone(workshop, "--sparse")
    git(folder, "sparse-checkout", "set", "demo/commands")
    return folder


def borrowing_objects(workshop: Workshop) -> Path:
    return clone(workshop, "--reference", str(workshop.root))


def submodule(workshop: Workshop) -> Path:
    outer = workshop.root.parent / "outer"
    git(workshop.root.parent, "init", "--quiet", str(outer))
    git(
        outer,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        workshop.remote.as_uri(),
        "inner",
    )
    return outer / "inner"


CHECKOUTS: tuple[Callable[[Workshop], Path], ...] = (
    shallow, of_a_build_server, without_tags, linked_worktree, dirty, in_a_conflict, bare_mirror, partial, sparse,
    borrowing_objects, submodule,
)  # fmt: skip


@pytest.mark.parametrize("checkout", CHECKOUTS, ids=lambda checkout: checkout.__name__)
def test_any_checkout_will_do_and_stays_as_it_is(
    checkout: Callable[[Workshop], Path], released: Workshop
) -> None:
    released.commit("chore: ask for no release, so that the commits before have to be seen")
    root = checkout(released)
    before = snapshot(root)
    go_through(released.seen_from(root))
    assert snapshot(root) == before


Entries = dict[bytes, tuple[str, bytes]]
"""Path → mode and content (of a submodule: the commit's id)."""

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
MANIFEST = b'{"name": "odd", "version": "0.0.0", "description": "Odd"}'
MARKET = b"""{"name": "market", "owner": {"name": "Owner"}, "plugins": [
  {"name": "demo", "source": "./demo"}, {"name": "odd", "source": "./-odd \\"n\\u00fc'\\n"}]}"""
ODD_MANIFEST = "-odd \"nü'\n/.claude-plugin/plugin.json".encode()
NAMES = (
    b"with space", b"'quoted'", b'"quoted twice"', b"new\nline", b"tab\tbed", b"-leading", b"--output=x", "ünïcode".encode(),
    *([] if sys.platform == "darwin" else [b"no utf-8: \xff\xfe"]),  # which its file systems refuse
    b"back\\slash", b":(glob)*", b"trailing ", b"\x01control", b"%s%n$(touch x)`touch y`",
)  # fmt: skip

CONTENTS: dict[str, Entries] = {
    "modes": {b"demo/run.sh": ("100755", b"#!/bin/sh\n"), b"demo/plain.sh": ("100644", b"#!/bin/sh\n")},
    "symlinks": {b"demo/link": ("120000", b"commands/hello.md"), b"demo/nowhere": ("120000", b"../../nowhere")},
    "submodules": {
        b"demo/sub": ("160000", b"1" * 40),
        b".gitmodules": ("100644", b'[submodule "demo/sub"]\n\tpath = demo/sub\n\turl = https://host.invalid/sub.git\n'),
    },
    "line ends": {
        b"demo/dos.md": ("100644", b"one\r\ntwo\r\n"),
        b"demo/mixed.md": ("100644", b"one\r\ntwo\n"),
        b"demo/unix.md": ("100644", b"one\n$Id$\n"),
    },
    "line ends by attributes": {
        b".gitattributes": ("100644", b"*.md text eol=crlf\n*.bat text eol=crlf\n*.sh text eol=lf\n*.raw -text\n"),
        b"demo/unix.bat": ("100644", b"one\ntwo\n"),
        b"demo/raw.raw": ("100644", b"one\r\ntwo\n"),
    },
    "large files elsewhere": {
        b".gitattributes": ("100644", b"*.bin filter=lfs diff=lfs merge=lfs -text\n"),
        b"demo/large.bin": ("100644", POINTER),
    },
    "names": {b"demo/" + name: ("100644", name) for name in NAMES} | {name: ("100644", name) for name in NAMES},
    "a plugin in an odd folder": {
        ODD_MANIFEST: ("100644", MANIFEST), b".claude-plugin/marketplace.json": ("100644", MARKET)
    },
}  # fmt: skip


def push_commit(workshop: Workshop, message: bytes, entries: Entries, header: bytes = b"") -> str:
    """A commit on the source with `entries` added, made of objects: no checkout could hold all of them everywhere."""
    index = {**os.environ, "GIT_INDEX_FILE": str(workshop.remote / "scratch-index")}

    def run(*arguments: str, stdin: bytes = b"") -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=workshop.remote, env=index, input=stdin, capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    run("read-tree", "refs/heads/main")
    for path, (mode, content) in entries.items():
        blob = content.decode() if mode == "160000" else run("hash-object", "-w", "--stdin", stdin=content)
        run("update-index", "-z", "--index-info", stdin=f"{mode} {blob}\t".encode() + path + b"\0")
    who = b"Ann <ann@example.test> 1700000000 +0000"
    lines = [
        f"tree {run('write-tree')}\nparent {run('rev-parse', 'refs/heads/main')}".encode(),
        b"author " + who,
        b"committer " + who,
        *([header] if header else []),
    ]
    made = run("hash-object", "-t", "commit", "-w", "--stdin", stdin=b"\n".join(lines) + b"\n\n" + message)
    run("update-ref", "refs/heads/main", made)
    return made


def entries_of(workshop: Workshop, tree: str) -> set[str]:
    """Mode, object and path of everything in `tree`; of what a release stamps, mode and path."""
    listing = git(workshop.remote, "ls-tree", "-r", "-z", "--full-tree", tree).split("\0")
    stamped = ("\tCHANGELOG.md", "/plugin.json")
    return {re.sub("[0-9a-f]{40}", "", line) if line.endswith(stamped) else line for line in listing}


def release(workshop: Workshop) -> None:
    workshop.deploy("internal")
    workshop.deploy("public", override="the other phases are other tests' affair")


def spoil_settings(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """What a user's git may be set to: Windows' line ends, a filter of a program that is gone; what that would leave."""
    marker, settings = folder / "a-filter-ran", folder / "gitconfig"
    settings.write_text(
        f"""[include]
    path = {os.environ["GIT_CONFIG_GLOBAL"]}
[core]
    autocrlf = true
    attributesFile = {folder / "attributes"}
[filter "lfs"]
    smudge = "touch '{marker}'; exit 1"
    clean = "touch '{marker}'; exit 1"
    required = true
[i18n]
    logOutputEncoding = latin-1
    commitEncoding = latin-1
""",
        encoding="utf-8",
    )
    (folder / "attributes").write_text("*.md filter=lfs ident\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    return marker


@pytest.mark.skipif(sys.platform == "win32", reason="its file names and modes cannot hold them")
@pytest.mark.parametrize("content", CONTENTS)
def test_any_content_is_published_and_brought_back_byte_for_byte(
    content: str, released: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = push_commit(released, b"feat: odd", CONTENTS[content])
    git(released.root, "pull", "--quiet", "--no-recurse-submodules")
    marker = spoil_settings(monkeypatch, tmp_path)
    before = snapshot(released.root)
    released.judge = judged_in_a_worktree
    release(released)
    for channel in ("internal", "stable"):
        assert entries_of(released, f"refs/heads/{channel}") == entries_of(released, source)
    replaced = [path for path in CONTENTS[content] if b".git" not in path and b".claude-plugin" not in path]
    push_commit(released, b"feat: replace it", dict.fromkeys([*replaced, b"next.txt"], ("100644", b"{}")))
    release(released)
    assert entries_of(released, "refs/heads/stable") != entries_of(released, source)
    released.rollback("quick")
    assert entries_of(released, "refs/heads/stable") == entries_of(released, source)
    assert snapshot(released.root) == before
    assert not marker.exists()
    assert git(released.remote, "fsck") == ""


@pytest.mark.parametrize(
    ("message", "header", "told"),
    [
        ("feat: caf\xe9".encode("latin-1"), b"encoding latin-1", "- café"),
        (b"feat: caf\xe9 \xff", b"", "- caf\ufffd \ufffd"),
        (b"feat: a\rb\x1b[31mc", b"", "- ab \\[31mc"),
    ],
    ids=["declared", "undeclared", "control characters"],
)
def test_a_message_in_any_encoding_stays_as_it_is_and_is_told(
    message: bytes, header: bytes, told: str, released: Workshop
) -> None:
    source = push_commit(released, message, {b"demo/cafe.txt": ("100644", b"x")}, header)
    release(released)
    assert told in released.published("refs/heads/stable", "CHANGELOG.md")
    git(released.remote, "merge-base", "--is-ancestor", source, "refs/heads/stable")
    raw = subprocess.run(
        ["git", "cat-file", "commit", source], cwd=released.remote, capture_output=True, check=True
    )
    assert raw.stdout.endswith(message)


def test_a_repository_of_sha_256_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    workshop = Workshop(tmp_path)
    workshop.judge = judged_in_a_worktree
    release(workshop)
    workshop.commit("feat: break it", {"demo/broken.py": "boom\n"})
    release(workshop)
    workshop.rollback("quick")
    assert len(workshop.remote_refs()["refs/heads/stable"]) == 64
    assert overall(verify(workshop.desk.repository, workshop.observe(), workshop.config)) is Verdict.PASS
