"""Hostile versions, messages, refs, tags, URLs and requests: data to the end, never a command, a path or a heading."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from faults.hostile import COMMANDS, PATHS, TEXTS, can_be_told, foreseen, mixed, put_back
from phasegate.errors import PhasegateError
from phasegate.git.door import Completed, Git
from phasegate.git.remote import OBSERVED, RemoteRef, fetch_refs, list_remote
from phasegate.git.repository import Repository
from phasegate.ledger.times import iso, seconds
from phasegate.rollout.desk import Desk
from phasegate.rollout.proving.verify import verify
from phasegate.rollout.reading.duty import due_version
from phasegate.rollout.reading.world import source_tip
from phasegate.toml_table import is_ref_name
from phasegate.version.changelog import insert_section, remove_section, render_section
from phasegate.version.commits import changes_in
from phasegate.version.history import Commit, released_as
from phasegate.version.next import next_candidate
from phasegate.version.semver import Level, Version
from workshop import git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from workshop import Workshop

pytestmark = pytest.mark.timeout(900)

DAY = date(2027, 1, 15)
TIP = "a" * 40
NUMBERS = st.sampled_from(
    ["0", "1", "00", "01", "-1", "9" * 30, "9" * 5_000, "٣", "²", "1e3", "", " 1", "1_0", "rc", "-", "x.y"]
)
VERSIONS = st.one_of(
    st.lists(NUMBERS, min_size=1, max_size=4).map(".".join),
    st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS).map(lambda t: f"{t[0]}.{t[1]}.{t[2]}-{t[3]}.{t[4]}"),
    st.from_regex(r"\A[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(-(rc|[a-z]{1,3})(\.[0-9a-z]{1,3})?)?\Z"),
    TEXTS,
)  # fmt: skip
PIECES = st.sampled_from([
    *("feat", "fix", "feat!", "(", ")", "!", ": ", "\n", "\n\n", "BREAKING CHANGE: ", "Squashed commit of the following:\n", "commit " + "a" * 40),
    *("* ", "- ", "## 9.9.9\n", "# x", "```", "~~~", "<!--", "-->", "[x](javascript:y)", "[a]: b", "{% x %}", "{: .c}", "--8<--", "1. ", "`", "\\", "|"),
    *("Author: A <a@b>\n", "Merge branch 'x'\n", "Closes: #1", "\r", "\u2028", "\x1b[2J", "\ufffd", "_" * 50, "*" * 50, "(" * 300, "\t"),
])  # fmt: skip
MESSAGES = st.one_of(
    st.lists(PIECES | TEXTS, max_size=12).map("".join),
    st.tuples(st.sampled_from(["feat", "fix", "perf"]), TEXTS, st.lists(PIECES, max_size=8).map("".join)).map(
        lambda t: f"{t[0]}({t[1]}): {t[2]}"
    ),
)
PARTS = st.sampled_from([
    *("v1.0.0", "rc", "/", "-", "v", ".", "..", ".lock", "@", "@{", "{}", "refs/heads/", "9" * 99, "$(touch CANARY)", ";touch\tCANARY", "--x"),
    *("'", '"', "|", "<", "~", "^", ":", "?", "*", "[", "\\", "ü", "\u200b", "\u2028", "\x85", "\xa0", "\udcff", "\ud800", " ", "\0", "\x7f"),
])  # fmt: skip
NAMES = mixed(
    *[st.lists(PARTS, min_size=1, max_size=5).map("".join)] * 3, TEXTS, st.sampled_from([*COMMANDS, *PATHS])
).map(lambda text: text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"))
"""Names of refs, or nearly: bytes that are no UTF-8 stand in them as git's output is read."""
REFS = NAMES.map(lambda name: re.sub(r"[ ~^:?*\[\\\x00-\x1f\x7f]", "", name.replace(" ", "${IFS}"))).map(
    lambda name: "/".join(part[:60] for part in name.split("/"))
)
"""The same without what git never takes, and so short that a file system takes it."""
BESIDE_OURS = st.sampled_from(["refs/heads/", "refs/heads/stable-", "refs/tags/", "refs/tags/x-", "refs/tags/v1.0.1", "refs/tags/v9.1.0-"])  # fmt: skip
SECRET = "s3cr3tT0k3nV4lu3s3cr3t"
URLS = st.one_of(
    st.sampled_from([*COMMANDS, *PATHS]),
    st.tuples(
        st.sampled_from(["https://", "http://", "ssh://", "git://", "file://", "ext::", "fd::", "", "https:/", "HTTPS://", "git+ssh://"]),
        st.sampled_from([f"user:{SECRET}@", f"{SECRET}@", f"user:{SECRET}@x@", f"u:p/{SECRET}@", f":{SECRET}@", ""]),
        st.sampled_from(["127.0.0.1:9", "127.0.0.1:9/", "[::1]:9", "-oProxyCommand=touch${IFS}CANARY", "$(touch CANARY)", "", "..", "."]),
        st.sampled_from(["", "/", "/a/b.git", "/a.git/", f"/x?token={SECRET}", f"/x?y=1&access_token={SECRET}#z", "/.git", "/..", "/a//", "/a%00b"]),
    ).map("".join),
)  # fmt: skip


def test_any_version(fuzz: Callable[..., None]) -> None:
    def check(text: str) -> bool:
        version = Version.parse_or_none(text)
        if version is None:
            return False
        assert str(version) == text
        assert version.final <= version.bump(Level.PATCH)
        assert next_candidate(version, [version]) > version or not version.candidate
        section = render_section(version, DAY, ())
        assert remove_section(insert_section(None, section), version).strip() == "# Changelog"
        assert [r.version for r in released_as("v{version}", [f"v{text}", text])] == [version]
        return True

    fuzz(VERSIONS, check, "versions")


def test_any_commit_message(fuzz: Callable[..., None]) -> None:
    version = Version(1, 2, 3)

    def check(message: str) -> bool:
        changes = changes_in([Commit("a" * 40, 1, message.encode("utf-8", "replace").decode())])
        section = render_section(version, DAY, changes)
        lines = section.split("\n")
        assert [line for line in lines if line.startswith(("# ", "## "))] == ["## 1.2.3 (2027-01-15)"]
        assert all(line.startswith(("### ", "- ", "    - ", "No change")) for line in lines[1:] if line)
        assert all(c.isprintable() or c == "\n" for c in section)
        assert not set(section) & {"<", "{"}
        assert not re.search(r"(?<!\\)\]\(", re.sub("`[^`]+`", "", section))
        assert insert_section("# Changelog\n\n## 1.0.0\n\nold\n", section).count("\n## ") == 2
        return bool(changes)

    fuzz(MESSAGES, check, "commit messages")


def taken_by_git(folder: Path, names: Iterable[str]) -> set[str]:
    """Those of `names` that git takes below a folder of refs, by one process: a list of what is not there yet.

    A space would part a line of it, and a `^` may end one; git takes neither.
    """
    spaceless = [name for name in names if name and not re.search(r"[\s^]|\0", name, re.ASCII)]
    rows = "".join(f"refs/none/{name}\n" for name in spaceless)
    taken = git(folder, "show-ref", "--exclude-existing", stdin=rows).split("\n")
    return {row[len("refs/none/") :] for row in taken if row}


def test_a_name_is_taken_where_git_takes_it(fuzz: Callable[..., None], workshop: Workshop) -> None:
    """Ours are stricter in three ways alone: a dash in front, `@`, and what looks like a space."""
    names: set[str] = set()

    def check(name: str) -> bool:
        names.add(name)
        return is_ref_name(name)

    fuzz(NAMES, check, "ref names")
    by_git = taken_by_git(workshop.root, names)
    assert {name for name in names if is_ref_name(name)} == {
        name for name in by_git if not (name.startswith("-") or name == "@" or re.search(r"\s", name))
    }


@pytest.mark.parametrize(("name", "is_taken"), [("a", True), ("a\x85b", True), ("caf\udce9", True), ("a..b", False), ("a b", False)])  # fmt: skip
def test_git_is_asked_as_by_check_ref_format(name: str, is_taken: bool, workshop: Workshop) -> None:
    asked = Git(workshop.root).attempt("check-ref-format", f"refs/heads/{name}")
    assert [name in taken_by_git(workshop.root, [name]), asked.status == 0] == [is_taken, is_taken]


class ToldGit:
    """A git that has `refs` to tell of its remote, in the words of `ls-remote` and `for-each-ref`."""

    def __init__(self, refs: Iterable[str]) -> None:
        self.refs = refs

    def attempt(self, *arguments: str, **_options: object) -> Completed:
        if arguments[0] == "ls-remote":
            rows = ["ref: refs/heads/main\tHEAD", f"{TIP}\tHEAD", *(f"{TIP}\t{ref}" for ref in self.refs)]
        elif arguments[0] == "for-each-ref":
            rows = [f"{OBSERVED}{ref[len('refs/') :]}\0{TIP}\0" for ref in self.refs]
        else:
            rows = []
        return Completed(0, "".join(f"{row}\n" for row in rows).encode("utf-8", "surrogateescape"), "")

    def run(self, *arguments: str) -> str:
        return self.attempt(*arguments).text


def test_any_refs_are_listed_as_they_are(fuzz: Callable[..., None], tmp_path: Path) -> None:
    def check(refs: list[str]) -> bool:
        told = Repository(ToldGit(refs), tmp_path, tmp_path / "phasegate", {"remote.origin.url": "x"})  # type: ignore[arg-type]
        assert list_remote(told, "origin").refs == dict.fromkeys(refs, TIP)
        assert list_remote(told, "origin").default == "main"
        assert fetch_refs(told, "origin", ["refs/*"]) == dict.fromkeys(refs, RemoteRef(TIP, TIP))
        return bool(refs)

    refs = st.tuples(BESIDE_OURS, REFS).map("".join)
    fuzz(st.lists(refs, min_size=1, max_size=5, unique=True), check, "ref listings")


@pytest.mark.skipif(
    sys.platform == "win32", reason="a ref is a file, and no name there holds a quote, '|' or '<'"
)
def test_any_refs_on_the_remote(fuzz: Callable[..., None], released: Workshop, tmp_path: Path) -> None:
    """Every ref that git can hold, beside ours: looking, planning, deploying and verifying go on."""
    before = released.remote_refs()
    remote, tip, absent = Git(released.remote), before["refs/heads/main"], "0" * 40

    def check(refs: list[str]) -> bool:
        assume([ref for ref in refs if remote.attempt("update-ref", ref, tip, absent).status == 0])
        world = foreseen(released.observe)
        assert world is not None
        desk = released.desk
        foreseen(lambda: due_version(desk.repository.git, world, desk.config, source_tip(world, desk.config)))
        foreseen(lambda: released.plan_deploy("internal"))
        done = foreseen(lambda: released.deploy("internal"))
        foreseen(lambda: verify(desk.repository, released.observe(), desk.config))
        foreseen(lambda: released.rollback("quick"))
        assert not list(tmp_path.rglob("CANARY*"))
        put_back(released, before)
        return done is not None

    refs = st.tuples(BESIDE_OURS, REFS).map("".join)
    fuzz(st.lists(refs, min_size=1, max_size=8), check, "refs on a remote")


def test_any_url_of_the_remote(fuzz: Callable[..., None], workshop: Workshop, tmp_path: Path) -> None:
    """Refused or unreachable, typed; no command of it runs, and none of its secrets is told."""
    (tmp_path / "checkout" / "x").mkdir()

    def check(url: str) -> bool:
        git(workshop.root, "config", "remote.origin.url", url)
        desk, refusal = workshop.desk, ""
        try:
            desk.observe()
        except PhasegateError as error:
            can_be_told(error)
            refusal = str(error)
        assert SECRET not in desk.project + refusal
        assert not list(tmp_path.rglob("CANARY*"))
        return bool(refusal)

    fuzz(URLS.filter(lambda url: "\0" not in url), check, "remote urls")


def test_no_secret_is_in_a_project_s_name(fuzz: Callable[..., None], workshop: Workshop) -> None:
    desk = workshop.desk

    def check(url: str) -> bool:
        settings = {**desk.repository.settings, "remote.origin.url": url}
        there = Desk(replace(desk.repository, settings=settings), desk.config, desk.environments, print, {})
        assert there.project
        assert SECRET not in there.project
        return True

    fuzz(URLS | st.text(max_size=30), check, "project names")


def test_any_request(fuzz: Callable[..., None], finished: Workshop, tmp_path: Path) -> None:
    """Whatever an operator asks for by name."""
    known = st.sampled_from(["1.0.0", "1.1.0", "stable", "canary", "main", "HEAD", "refs/heads/main"])
    odd = st.sampled_from([*COMMANDS, *PATHS, "@", "main:demo", "HEAD^{tree}", ":/x"])
    words = mixed(known, known, odd, TEXTS)
    before = finished.remote_refs()

    def check(drawn: tuple[str, Any, Any]) -> bool:
        verb, word, other = drawn
        if verb == "deploy":
            foreseen(lambda: finished.plan_deploy(word))
            plan = foreseen(lambda: finished.plan_deploy("internal", word))
        else:
            plan = foreseen(lambda: finished.plan_rollback(verb, channel=other, to=word, reason=word))
        assert finished.remote_refs() == before
        assert not list(tmp_path.rglob("CANARY*"))
        return plan is not None

    kinds = st.sampled_from(["deploy", "quick", "full", "docs"])
    fuzz(st.tuples(kinds, words, mixed(st.none(), words)), check, "requests")


def test_times_are_read_as_they_are_written() -> None:
    for at_s in (0, 1_800_000_000, 9_999_999_999):
        assert seconds(iso(at_s)) == at_s
