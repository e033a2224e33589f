from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.strict_json import read_json

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(VALUES, st.booleans())
def test_what_json_writes_is_read_again(value: Any, as_bytes: bool) -> None:
    text = json.dumps(value)
    assert read_json(text.encode() if as_bytes else text, unique_keys=True) == value


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[" * 100_000, "nested too deeply"),
        ("[" * 65 + "]" * 65, "nested too deeply"),
        ('{"a":' * 65 + "1" + "}" * 65, "nested too deeply"),
        ("[NaN]", "NaN is no JSON value"),
        ("-Infinity", "-Infinity is no JSON value"),
        ("1e999", "1e999 is too large a number"),
        ("9" * 65, "a number of 65 digits"),
        (r'{"a": ["\ud800"]}', "half a character"),
        (r'{"\uDFFF": 1}', "half a character"),
        (b'"\xff"', "utf-8"),
        (b'\xff\xfe"\x00a\x00"\x00', "utf-8"),
        ("", "Expecting value"),
        ('{"a": 1} 2', "Extra data"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_could_not_be_worked_with_is_a_value_error(content: str | bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_json(content)


@pytest.mark.parametrize("content", ["[" * 64 + "]" * 64, "9" * 64, r'"\ud83d\ude00"', r'"caf\udce9"'])
def test_what_can_be_worked_with_is_read(content: str) -> None:
    assert read_json(content) == json.loads(content)


def test_a_key_that_stands_twice_is_refused_where_it_is_asked_for() -> None:
    content = '{"a": {"b": 1, "b": 2}}'
    assert read_json(content) == {"a": {"b": 2}}
    with pytest.raises(ValueError, match="a key stands twice"):
        read_json(content, unique_keys=True)
