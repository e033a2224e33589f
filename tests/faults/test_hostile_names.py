"""Hostile versions, messages, refs, tags, URLs and requests: data to the end, never a command, a path or a heading."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from faults.hostile import CASES, COMMANDS, PATHS, TEXTS, foreseen, put_back
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
    from collections.abc import Callable
    from pathlib import Path

    from workshop import Workshop

DAY = date(2027, 1, 15)
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
REFS = st.one_of(
    TEXTS, st.sampled_from([*COMMANDS, *PATHS]), st.lists(st.sampled_from(["v1.0.0", "rc", "/", "-", "v", "9" * 99, "$(touch CANARY)", ";touch\tCANARY", "--x", "ü"]), min_size=1).map("".join)
).map(lambda text: re.sub(r"[\s~^:?*\[\\\x00-\x1f\x7f]", "", text.replace(" ", "${IFS}")))  # fmt: skip
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
    def check(text: str) -> None:
        version = Version.parse_or_none(text)
        if version is None:
            return
        assert str(version) == text
        assert version.final <= version.bump(Level.PATCH)
        assert next_candidate(version, [version]) > version or not version.candidate
        section = render_section(version, DAY, ())
        assert remove_section(insert_section(None, section), version).strip() == "# Changelog"
        assert [r.version for r in released_as("v{version}", [f"v{text}", text])] == [version]

    fuzz(VERSIONS, check, cases=CASES["versions"])


def test_any_commit_message(fuzz: Callable[..., None]) -> None:
    version = Version(1, 2, 3)

    def check(message: str) -> None:
        changes = changes_in([Commit("a" * 40, 1, message.encode("utf-8", "replace").decode())])
        section = render_section(version, DAY, changes)
        lines = section.split("\n")
        assert [line for line in lines if line.startswith(("# ", "## "))] == ["## 1.2.3 (2027-01-15)"]
        assert all(line.startswith(("### ", "- ", "    - ", "No change")) for line in lines[1:] if line)
        assert all(c.isprintable() or c == "\n" for c in section)
        assert not set(section) & {"<", "{"}
        assert not re.search(r"(?<!\\)\]\(", re.sub("`[^`]+`", "", section))
        assert insert_section("# Changelog\n\n## 1.0.0\n\nold\n", section).count("\n## ") == 2

    fuzz(MESSAGES, check, cases=CASES["commit messages"])


def test_any_refs_on_the_remote(fuzz: Callable[..., None], released: Workshop, tmp_path: Path) -> None:
    """Every ref that git can hold, beside ours: looking, planning, deploying and verifying go on."""
    tip, before = released.remote_refs()["refs/heads/main"], released.remote_refs()

    def check(names: list[str]) -> None:
        rows = []
        for name in filter(is_ref_name, names):
            rows += [f"update refs/tags/x-{name} {tip}", f"update refs/heads/stable-{name} {tip}"]
            rows += [
                f"update refs/tags/v1.0.1{name} {tip}",
                f"update refs/tags/v9.{len(rows)}.0-{name} {tip}",
            ]
        for row in dict.fromkeys(rows):
            git(released.remote, "update-ref", "--stdin", stdin=f"{row}\n")
        world = foreseen(released.observe)
        assert world is not None
        desk = released.desk
        foreseen(lambda: due_version(desk.repository.git, world, desk.config, source_tip(world, desk.config)))
        foreseen(lambda: released.plan_deploy("internal"))
        foreseen(lambda: released.deploy("internal"))
        foreseen(lambda: verify(desk.repository, released.observe(), desk.config))
        foreseen(lambda: released.rollback("quick"))
        assert not list(tmp_path.rglob("CANARY*"))
        put_back(released, before)

    fuzz(st.lists(REFS, min_size=1, max_size=3), check, cases=CASES["refs on a remote"])


def test_any_url_of_the_remote(fuzz: Callable[..., None], workshop: Workshop, tmp_path: Path) -> None:
    """Refused or unreachable, typed; no command of it runs, and none of its secrets is told."""
    (tmp_path / "checkout" / "x").mkdir()

    def check(url: str) -> None:
        if "\0" in url:
            return
        git(workshop.root, "config", "remote.origin.url", url)
        said: list[str] = []
        try:
            desk = workshop.desk
            said += [desk.project]
            desk.observe()
        except Exception as error:  # noqa: BLE001 - looked at below
            foreseen(lambda e=error: (_ for _ in ()).throw(e))  # type: ignore[misc]
            said.append(str(error))
        assert SECRET not in "".join(said)
        assert not list(tmp_path.rglob("CANARY*"))

    fuzz(URLS, check, cases=CASES["remote urls"])


def test_no_secret_is_in_a_project_s_name(fuzz: Callable[..., None], workshop: Workshop) -> None:
    desk = workshop.desk

    def check(url: str) -> None:
        settings = {**desk.repository.settings, "remote.origin.url": url}
        there = Desk(replace(desk.repository, settings=settings), desk.config, desk.environments, print, {})
        assert there.project
        assert SECRET not in there.project

    fuzz(URLS | st.text(max_size=30), check, cases=CASES["project names"])


def test_any_request(fuzz: Callable[..., None], finished: Workshop, tmp_path: Path) -> None:
    """Whatever an operator asks for by name."""
    words = (
        st.sampled_from(
            [
                *COMMANDS,
                *PATHS,
                "1.0.0",
                "stable",
                "HEAD",
                "refs/heads/main",
                "@",
                "main:demo",
                "HEAD^{tree}",
                ":/x",
            ]
        )
        | TEXTS
    )
    before = finished.remote_refs()

    def check(drawn: tuple[str, Any, Any]) -> None:
        verb, word, other = drawn
        if verb == "deploy":
            foreseen(lambda: finished.plan_deploy("internal", word))
            foreseen(lambda: finished.plan_deploy(word))
        else:
            foreseen(lambda: finished.plan_rollback(verb, channel=other, to=word, reason=word))
        assert finished.remote_refs() == before
        assert not list(tmp_path.rglob("CANARY*"))

    kinds = st.sampled_from(["deploy", "quick", "full", "docs"])
    fuzz(st.tuples(kinds, words, st.none() | words), check, cases=CASES["requests"])


def test_times_are_read_as_they_are_written() -> None:
    for at_s in (0, 1_800_000_000, 9_999_999_999):
        assert seconds(iso(at_s)) == at_s


def test_the_session_tries_twenty_thousand_cases() -> None:
    assert sum(CASES.values()) >= 20_000
