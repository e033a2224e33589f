from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.version.changelog import insert_section, remove_section, render_section
from phasegate.version.commits import Change
from phasegate.version.semver import Level, Version

DAY = date(2026, 11, 22)
TEXTS = st.one_of(st.text(max_size=30), st.text("`*_[]<>{}#-+.)!|~&\\/ \t\r\n=1ab:", max_size=30))
CHANGES = st.lists(
    st.builds(
        Change,
        st.sampled_from(Level),
        st.sampled_from(["feat", "fix", "perf", "docs", "chore"]),
        TEXTS,
        TEXTS,
        st.lists(TEXTS, max_size=2).map(tuple),
        st.just("0" * 40),
    ),
    max_size=4,
)
LINES = st.sampled_from(
    [
        "# Changelog",
        "text",
        "",
        "## Unreleased",
        "## 1.0.0 (2026-01-01)",
        "## [0.9.0] - 2025-01-01",
        "### Fixes",
        "- entry",
        "```",
        "~~~~",
        "<!--",
        "-->",
        "[0.9.0]: https://git.example/x",
        "## v0.8.0",
        "# [0.7.0](u)",
        "    x",
    ]
)
LOGS = st.lists(LINES, max_size=14).map("\n".join)


def change(kind: str, summary: str, scope: str = "", level: Level = Level.PATCH, *breaking: str) -> Change:
    return Change(level, kind, scope, summary, breaking, "0" * 40)


def section_of(version: str, *changes: Change) -> str:
    return render_section(Version.parse(version), DAY, changes or (change("fix", f"what {version} mends"),))


def entry(summary: str, scope: str = "") -> str:
    return section_of("1.0.0", change("fix", summary, scope)).split("\n")[4]


def test_a_section_tells_breaking_changes_first_then_group_by_group() -> None:
    section = section_of(
        "2.0.0",
        change("chore", "tidy"),
        change("perf", "hasten reading", "io"),
        change("fix", "mend it"),
        change("docs", "explain it"),
        change("feat", "add a part", "core", Level.MINOR),
        change("feat", "read twice", "io", Level.MAJOR, "call read() instead"),
    )
    assert section == (
        "## 2.0.0 (2026-11-22)\n\n"
        "### Breaking changes\n\n- **io:** read twice\n    - call read() instead\n\n"
        "### Features\n\n- **core:** add a part\n\n"
        "### Fixes\n\n- mend it\n\n"
        "### Performance\n\n- **io:** hasten reading\n\n"
        "### Documentation\n\n- explain it\n"
    )


def test_a_release_that_no_user_notices_says_so() -> None:
    assert section_of("1.0.0", change("chore", "tidy", "", Level.NONE)) == (
        "## 1.0.0 (2026-11-22)\n\nNo change that users notice.\n"
    )


def test_a_change_that_was_picked_twice_is_told_once() -> None:
    section = section_of(
        "1.0.0", change("fix", "mend it"), change("fix", "mend it"), change("fix", "mend more")
    )
    assert section.count("- mend") == 2


@pytest.mark.parametrize(
    ("summary", "written"),
    [
        ("use `foo_bar*` and snake_case", "use `foo_bar*` and snake_case"),
        ("a *bold* _move_", r"a \*bold\* \_move\_"),
        ("<script>alert(1)</script> & co", "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co"),
        ("see [here](javascript:x)", r"see \[here\](javascript:x)"),
        ("# heading", "&#35; heading"),
        ("- item", "&#45; item"),
        ("1. item", r"1\. item"),
        ("~~~ fence", "&#126;~~ fence"),
        ("``` fence", r"\`\`\` fence"),
        ("one ` tick", r"one \` tick"),
        ("`<b>`", r"\`&lt;b&gt;\`"),
        ("{: onclick=x }", "&#123;: onclick=x &#125;"),
        ("a \x1b[31m red\u202e \ttext", r"a \[31m red text"),
        ("über 2.0 läuft", "über 2.0 läuft"),
    ],
)
def test_what_a_message_says_is_data(summary: str, written: str) -> None:
    assert entry(summary) == f"- {written}"


def test_a_scope_is_data_too() -> None:
    assert entry("x", "a]*b") == r"- **a\]\*b:** x"


@given(CHANGES)
def test_no_message_adds_a_line_or_a_heading(changes: list[Change]) -> None:
    lines = render_section(Version(1, 0, 0), DAY, changes).split("\n")
    headings = [line for line in lines if line.startswith("#")]
    assert all(re.fullmatch(r"## 1\.0\.0 \(.*\)|### [A-Z][a-z ]+", line) for line in headings)
    assert all(re.match(r"#|- | {4}- |No change|$", line) for line in lines)
    assert len(lines) <= 3 + 3 * len(changes) + 3 + sum(len(c.breaking) for c in changes)


@given(CHANGES)
def test_no_message_brings_html_or_attributes(changes: list[Change]) -> None:
    assert not re.search(r"[<>{}]", render_section(Version(1, 0, 0), DAY, changes))


def test_a_first_section_makes_the_file() -> None:
    section = section_of("1.0.0")
    assert insert_section(None, section) == insert_section("\n", section) == f"# Changelog\n\n{section}"


def test_a_section_goes_above_the_newest_one_and_below_what_is_unreleased() -> None:
    log = f"# History\n\nAll of it.\n\n## [Unreleased]\n\n- soon\n\n{section_of('1.0.0')}"
    assert insert_section(log, section_of("1.1.0")) == (
        f"# History\n\nAll of it.\n\n## [Unreleased]\n\n- soon\n\n{section_of('1.1.0')}\n{section_of('1.0.0')}"
    )


def test_a_file_without_versions_gets_its_first_section_at_the_end() -> None:
    section = section_of("1.0.0")
    assert insert_section("# History\n\nNothing yet.", section) == f"# History\n\nNothing yet.\n\n{section}"


@pytest.mark.parametrize(
    "heading", ["## [1.1.0] - 2026-01-01", "## v1.1.0", "# [1.1.0](url) (2026-01-01)", "## 1.1.0"]
)
def test_a_section_of_the_same_version_is_replaced_however_its_heading_is_written(heading: str) -> None:
    log = f"# Log\n\n{heading}\n\n### Fixes\n\n- old\n\n## 1.0.0\n\n- first\n"
    assert (
        insert_section(log, section_of("1.1.0")) == f"# Log\n\n{section_of('1.1.0')}\n## 1.0.0\n\n- first\n"
    )


def test_a_candidate_s_section_is_not_its_release_s() -> None:
    log = insert_section(None, section_of("1.0.0-rc.1"))
    assert insert_section(log, section_of("1.0.0")).count("\n## ") == 2


def test_a_version_may_end_in_a_dash() -> None:
    log = insert_section(None, section_of("1.0.0--"))
    assert insert_section(log, section_of("1.0.0--")) == log
    assert insert_section(log, section_of("1.0.0")).count("\n## ") == 2


def test_link_definitions_after_the_last_section_stay() -> None:
    log = "# Log\n\n## [1.0.0]\n\n- old\n\n[1.0.0]: https://git.example/1.0.0\n"
    assert insert_section(log, section_of("1.0.0")).endswith("\n\n[1.0.0]: https://git.example/1.0.0\n")


@pytest.mark.parametrize("quoted", ["```\n## 0.1.0\n```", "<!--\n## 0.1.0\n-->"])
def test_a_heading_that_is_only_quoted_is_no_section(quoted: str) -> None:
    log = f"# Log\n\n{quoted}\n\n{section_of('1.0.0')}"
    assert insert_section(log, section_of("1.1.0")) == (
        f"# Log\n\n{quoted}\n\n{section_of('1.1.0')}\n{section_of('1.0.0')}"
    )


def test_a_section_without_a_version_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with"):
        insert_section(None, "## Soon\n")


@given(LOGS, CHANGES)
def test_inserting_twice_is_inserting_once(log: str, changes: list[Change]) -> None:
    section = render_section(Version(1, 1, 0), DAY, changes)
    once = insert_section(log, section)
    assert insert_section(once, section) == once


@given(LOGS, CHANGES)
def test_a_newer_text_of_the_same_version_leaves_no_trace_of_the_older(
    log: str, changes: list[Change]
) -> None:
    older, newer = section_of("1.1.0"), render_section(Version(1, 1, 0), DAY, changes)
    assert insert_section(insert_section(log, older), newer) == insert_section(log, newer)


@given(LOGS)
def test_every_other_line_stays_in_its_order(log: str) -> None:
    section = section_of("1.1.0")
    above, found, below = insert_section(log, section).partition(section)
    rest = [line for line in (above + below).split("\n") if line]
    assert found
    assert rest == ([line for line in log.split("\n") if line] or ["# Changelog"])


@given(LOGS.filter(lambda log: log.count("\n") > 1), CHANGES)
def test_line_ends_stay_the_file_s_own(log: str, changes: list[Change]) -> None:
    section = render_section(Version(1, 1, 0), DAY, changes)
    windows = insert_section(log.replace("\n", "\r\n"), section)
    assert windows.replace("\r\n", "\n") == insert_section(log, section)
    assert not re.search(r"(?<!\r)\n", windows) or not log.strip()


OLD = "# Changelog\n\n## 1.0.0 (2027-01-01)\n\n### Features\n\n- old\n"
CANDIDATE = "## 2.0.0-rc.1 (2027-01-15)\n\n### Features\n\n- new\n"


def test_the_section_that_is_removed_goes_and_all_else_stays() -> None:
    with_both = insert_section(OLD, CANDIDATE)
    assert remove_section(with_both, Version.parse("2.0.0-rc.1")) == OLD
    assert (
        remove_section(with_both, Version.parse("1.0.0")).rstrip() == f"# Changelog\n\n{CANDIDATE}".rstrip()
    )


def test_a_section_that_is_not_there_is_not_missed() -> None:
    assert remove_section(OLD, Version.parse("2.0.0-rc.1")) == OLD
