"""TOML under inspection: the parsers of single values."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.toml_table import (
    Table,
    boolean,
    branch,
    duration_s,
    file,
    folder,
    label,
    limit_s,
    list_of,
    optional,
    positive,
    tag_format,
    text,
    variable,
)


@pytest.mark.parametrize(
    ("parse", "value", "result"),
    [
        (text, "words", "words"),
        (boolean, True, True),
        (positive, 3, 3),
        (branch, "release/2.x", "release/2.x"),
        (folder, "a/b/", "a/b"),
        (folder, "./", "."),
        (folder, "./a//b", "a/b"),
        (folder, ".github/git", ".github/git"),
        (folder, "x" * 255, "x" * 255),
        (file, "./a", "a"),
        (label, "tests-3.11(django='1.9')", "tests-3.11(django='1.9')"),
        (variable, "APPRISE_URLS", "APPRISE_URLS"),
        (tag_format, "v{version}", "v{version}"),
        (tag_format, "rforge/{version}", "rforge/{version}"),
        (duration_s, 90, 90.0),
        (duration_s, "24h", 86400.0),
        (duration_s, "1.5 m", 90.0),
        (duration_s, "2d", 172800.0),
        (duration_s, "0s", 0.0),
        (limit_s, "5m", 300.0),
        (optional(text), False, None),
        (optional(text), "x", "x"),
        (list_of(text), ["a", "b"], ("a", "b")),
        (list_of(text), [], ()),
    ],
)
def test_a_good_value_is_taken(parse: Callable[[Any], object], value: object, result: object) -> None:
    assert parse(value) == result


@pytest.mark.parametrize(
    ("parse", "value"),
    [
        (text, ""),
        (text, "two\nlines"),
        (text, 7),
        (text, "\x9b2J"),
        (text, "\u202etxt.exe"),
        (label, "--noxfile=x"),
        (label, "x" * 101),
        (label, ""),
        (boolean, 1),
        (boolean, "true"),
        (positive, 0),
        (positive, True),
        (positive, 1.5),
        (branch, "-force"),
        (branch, "a..b"),
        (branch, "a b"),
        (branch, "a.lock"),
        (branch, "a@{1}"),
        (branch, "end/"),
        (branch, "/start"),
        (branch, ".hidden"),
        (branch, "a/.hidden"),
        (branch, "a.lock/b"),
        (branch, "@"),
        (branch, "\x80"),
        (branch, "\u202estable"),
        (branch, "b" * 201),
        (branch, ""),
        (branch, 1),
        (folder, "/etc"),
        (folder, "C:/x"),
        (folder, "a/../../b"),
        (folder, ".."),
        (folder, "a\\b"),
        (folder, ""),
        (folder, ".git"),
        (folder, "a/.GIT/config"),
        (folder, ".git. "),
        (folder, ".git::$INDEX_ALLOCATION"),
        (folder, "git~1/hooks"),
        (folder, ".g\u200cit"),
        (folder, "ü" * 128),
        (file, "."),
        (file, "./."),
        (variable, "1X"),
        (variable, "mailto://user:secret@host"),
        (tag_format, "v1"),
        (tag_format, 1),
        (tag_format, "{version}-{version}"),
        (tag_format, "{version}{x}"),
        (tag_format, "v {version}"),
        (limit_s, 0),
        (limit_s, "soon"),
        (duration_s, -1),
        (duration_s, True),
        (duration_s, "1 week"),
        (duration_s, "soon"),
        (duration_s, None),
        (duration_s, 10**400),
        (duration_s, float("nan")),
        (optional(text), True),
        (list_of(text), "a"),
        (list_of(text), ["a", 1]),
    ],
)
def test_a_bad_value_is_a_value_error_with_a_sentence(parse: Callable[[Any], object], value: object) -> None:
    with pytest.raises(ValueError, match=r"^must "):
        parse(value)


@given(st.integers(min_value=0, max_value=3650), st.sampled_from("smhd"))
def test_a_longer_unit_is_never_a_shorter_time(count: int, unit: str) -> None:
    assert duration_s(f"{count}s") <= duration_s(f"{count}{unit}") <= duration_s(f"{count}d")


@given(st.text())
def test_no_text_that_is_taken_as_a_branch_looks_like_an_option_or_leaves_the_refs(value: str) -> None:
    try:
        name = branch(value)
    except ValueError:
        return
    assert not name.startswith("-")
    assert ".." not in name
    assert not set(name) & set(" ~^:?*[\\\0\n")


@given(st.text())
def test_no_text_that_is_taken_as_a_folder_leaves_the_repository(value: str) -> None:
    try:
        path = folder(value)
    except ValueError:
        return
    assert ".." not in path.split("/")
    assert not path.startswith("/")


def test_names_that_can_be_none_are_noted() -> None:
    mistakes: list[str] = []
    assert set(Table({"gates": {"-x": {}, "a\nb": {}, "": {}}}, "", mistakes).tables("gates")) == {
        "-x",
        "a\nb",
        "",
    }
    assert mistakes == [
        "gates.-x: must not start with '-', nor be longer than 100 characters",
        "'gates.a\\nb': must be a non-empty text on one line",
        "gates.'': must be a non-empty text on one line",
    ]


def test_mistakes_are_noted_under_their_full_key() -> None:
    mistakes: list[str] = []
    table = Table({"gates": {"docs": {"artefact": "site", "args": "x"}}, "jobs": "two"}, "", mistakes)
    gate = table.tables("gates")["docs"]
    gate.only(("session", "args", "artifact"))
    assert gate.get("args", (), list_of(text)) == ()
    assert table.get("jobs", 2, positive) == 2
    assert mistakes == [
        "gates.docs.artefact: unknown key; did you mean 'artifact'?",
        "gates.docs.args: must be a list",
        "jobs: must be a whole number of 1 or more",
    ]


def test_a_value_where_a_table_belongs_is_noted() -> None:
    mistakes: list[str] = []
    assert Table("text", "gates", mistakes).items == {}
    Table(7, "", mistakes)
    assert mistakes == ["gates: must be a table", "[tool.phasegate]: must be a table"]
