from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from phasegate.plugin.json_span import insert_after, members, replace

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
SPACES = st.sampled_from(["", " ", "\n", "\r\n  ", "\t"])


@st.composite
def json_texts(draw: st.DrawFn, values: st.SearchStrategy[object] = VALUES) -> str:
    """The text of a JSON value with whitespace and escapes wherever they may be."""

    def space() -> str:
        return draw(SPACES)

    def write(value: object) -> str:
        if isinstance(value, dict):
            pairs = (f"{scalar(k)}{space()}:{space()}{write(v)}" for k, v in value.items())
            return "{" + space() + f"{space()},{space()}".join(pairs) + space() + "}"
        if isinstance(value, list):
            return "[" + space() + f"{space()},{space()}".join(map(write, value)) + space() + "]"
        return scalar(value)

    def scalar(value: object) -> str:
        return json.dumps(value, ensure_ascii=draw(st.booleans()))

    return space() + write(draw(values)) + space()


def at(data: object, path: tuple[object, ...]) -> object:
    for key in path:
        data = data[key]  # type: ignore[index]
    return data


@given(json_texts())
def test_every_span_holds_the_value_at_its_path(text: str) -> None:
    data = json.loads(text)
    found = members(text)
    assert found[-1].path == ()
    for member in found:
        assert json.loads(text[member.start : member.end]) == at(data, member.path)


@given(json_texts(), VALUES, st.data())
def test_replacing_a_value_changes_that_value_and_no_other_byte(
    text: str, value: object, data: st.DataObject
) -> None:
    member = data.draw(st.sampled_from(members(text)))
    new = replace(text, member, json.dumps(value))
    assert new.startswith(text[: member.start])
    assert new.endswith(text[member.end :])
    assert at(json.loads(new), member.path) == value


def test_a_key_that_stands_twice_is_found_twice() -> None:
    assert [m.path for m in members('{"a": 1, "a": 2}')] == [("a",), ("a",), ()]


def insert(text: str) -> str:
    member = next(m for m in members(text) if m.path == ("name",))
    return insert_after(text, member, "version", '"1.0.0"')


def test_an_inserted_key_is_spaced_as_its_neighbours() -> None:
    assert (
        insert('{\n  "name": "a",\n  "b": 1\n}\n')
        == '{\n  "name": "a",\n  "version": "1.0.0",\n  "b": 1\n}\n'
    )
    assert insert('{\r\n\t"name" : "a"\r\n}') == '{\r\n\t"name" : "a",\r\n\t"version" : "1.0.0"\r\n}'
    assert insert('{"name":"a","b":1}') == '{"name":"a","version":"1.0.0","b":1}'
    assert insert('{"name":"a" , "b":1}') == '{"name":"a", "version":"1.0.0" , "b":1}'
