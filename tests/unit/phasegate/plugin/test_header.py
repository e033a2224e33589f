from __future__ import annotations

import pytest

from phasegate.plugin.header import HeaderError, Kind, Value, read_header


def test_values_come_with_kind_line_and_texts() -> None:
    header = read_header("---\na: text\nb: true\nc: [x, y]\nd:\n  - 1\ne: {f: g}\n---\nbody\n---\nmore")
    assert header.values == {
        "a": Value(Kind.TEXT, 2, ("text",)),
        "b": Value(Kind.TRUTH, 3, ("true",)),
        "c": Value(Kind.TEXTS, 4, ("x", "y")),
        "d": Value(Kind.OTHER, 5),
        "e": Value(Kind.OTHER, 7),
    }
    assert header.body == "body\n---\nmore"


def test_windows_line_ends_are_line_ends() -> None:
    header = read_header("---\r\na: b\r\n---\r\nbody")
    assert (header.values["a"].texts, header.body) == (("b",), "body")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "must start with a header"),
        ("# Title\n---\na: b\n---\n", 1, "must start with a header"),
        ("---\na: b\n", 1, "must start with a header"),
        ("---\n---\nbody", 2, "the header must hold lines"),
        ("---\n- a\n---\n", 2, "the header must hold lines"),
        ("---\na: b\n\na: c\n---\n", 4, "a: the key stands twice"),
        ("---\na: b\nc: d: e\n---\n", 3, "no YAML: mapping values are not allowed"),
        ("---\na: *nobody\n---\n", 2, "no YAML: found undefined alias"),
        ('---\na: "\\UFFFFFFFF"\n---\n', 1, "no YAML: "),
        ('---\na: "\\U00110000"\n---\n', 1, "no YAML: chr"),
        ("---\na: \x07\n---\n", 1, "no YAML: unacceptable character"),
        ("---\na: " + "[" * 5000 + "]" * 5000 + "\n---\n", 1, "no YAML: maximum recursion depth"),
    ],
    ids=[
        "empty",
        "late",
        "open",
        "none",
        "list",
        "twice",
        "colon",
        "alias",
        "beyond",
        "no-character",
        "bell",
        "deep",
    ],
)
def test_a_header_that_cannot_be_read_is_told(text: str, line: int, message: str) -> None:
    with pytest.raises(HeaderError) as caught:
        read_header(text)
    assert str(caught.value).startswith(message)
    assert caught.value.line == line
