from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rforge.package.rlexer import Kind, tokens


def texts(code: str) -> list[str]:
    return [token.text for token in tokens(code)]


def test_comments_and_blanks_are_no_tokens() -> None:
    assert texts("a # b(c)\n ; d") == ["a", "d"]


@pytest.mark.parametrize(
    ("code", "content"),
    [
        (r'"a\"b"', 'a"b'),
        (r"'a\\b'", r"a\b"),
        (r'"a\nb"', "a\nb"),
        ('"it\'s"', "it's"),
        ('"# no comment"', "# no comment"),
        (r'r"(a\b"c)"', r'a\b"c'),
        ("R'---[a]--']---'", "a]--'"),
        ("r'{a}'", "a"),
    ],
)
def test_a_string_stands_for_its_content(code: str, content: str) -> None:
    (token,) = tokens(code)
    assert (token.kind, token.text) == (Kind.STRING, content)


def test_a_quoted_name_is_a_name() -> None:
    (token,) = tokens("`names<-`")
    assert (token.kind, token.text) == (Kind.NAME, "names<-")


def test_operators_of_several_characters_are_one_token() -> None:
    assert texts("a::b:::c <- x %in% y >= 1.5e3L") == [
        "a",
        "::",
        "b",
        ":::",
        "c",
        "<-",
        "x",
        "%in%",
        "y",
        ">=",
        "1.5e3L",
    ]


def test_a_token_knows_its_line() -> None:
    assert [(token.text, token.line) for token in tokens("a\n'x\ny'\nb")] == [("a", 1), ("x\ny", 2), ("b", 4)]


@pytest.mark.parametrize("code", ['"abc', "'abc\\", "`abc", 'r"(abc'])
def test_a_string_that_is_never_closed_runs_to_the_end(code: str) -> None:
    assert len(texts(code)) == 1


@given(st.text(alphabet="ab\"'`\\#()[]{}-%rR<:=\n 1.e"))
def test_any_text_is_read(code: str) -> None:
    assert all(1 <= token.line <= code.count("\n") + 1 for token in tokens(code))
