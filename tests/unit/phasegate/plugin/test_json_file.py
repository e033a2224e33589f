from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.plugin.json_file import JsonFile, _check_same, read_object
from phasegate.plugin.tree import SYMLINK, MemoryFiles

if TYPE_CHECKING:
    from phasegate.plugin.finding import Finding


def mistakes_of(content: bytes) -> list[str]:
    mistakes: list[Finding] = []
    read_object(MemoryFiles({"a.json": content}), "a.json", mistakes)
    return [str(mistake) for mistake in mistakes]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "a.json:1: no JSON: Expecting value (column 1)"),
        (b'{\n "a": }', "a.json:2: no JSON: Expecting value (column 7)"),
        (
            b"\xef\xbb\xbf{}",
            "a.json: no JSON: it starts with a byte order mark; save it as UTF-8 without one",
        ),
        (b'{\n"a": "\xff"}', "a.json: no JSON: line 2 holds a byte that is no UTF-8"),
        (b"[]", "a.json:1: must hold a JSON object"),
        (b'"text"', "a.json:1: must hold a JSON object"),
        (b'{"a": NaN}', "a.json: no JSON: NaN is no JSON value"),
        (b'{"a": {\n"b": 1,\n"b": 2}}', "a.json:3: a.b: the key stands twice"),
        (b"[" * 200_000, "a.json: no JSON: nested too deeply"),
        (
            b'{"a": ' * 3_000 + b"1" + b"}" * 3_000,
            "a.json: no JSON: nested too deeply",
        ),
    ],
    ids=["empty", "torn", "bom", "latin", "list", "text", "nan", "duplicate", "deep", "deep-and-closed"],
)
def test_a_broken_file_is_told_with_its_line(content: bytes, sentence: str) -> None:
    assert mistakes_of(content) == [sentence]


def test_a_missing_file_and_a_link_are_told() -> None:
    mistakes: list[Finding] = []
    files = MemoryFiles({"link.json": b"other.json"}, {"link.json": SYMLINK})
    assert read_object(files, "none.json", mistakes) is None
    assert read_object(files, "link.json", mistakes) is None
    assert [str(mistake) for mistake in mistakes] == [
        "none.json: the file is missing",
        "link.json: must be a file of its own, not a symbolic link",
    ]


def test_several_values_are_replaced_in_one_go_and_a_missing_one_is_inserted() -> None:
    file = JsonFile("a.json", '{"z":"ä\\u00e4","name":"a","list":[{"on":true},{"on":false}]}\n')
    changed = file.with_values({("list", 0, "on"): False, ("version",): "1.0.0", ("list", 1, "on"): True})
    assert changed.decode() == (
        '{"z":"ä\\u00e4","name":"a","version":"1.0.0","list":[{"on":false},{"on":true}]}\n'
    )


def test_a_change_beyond_the_stamp_is_refused() -> None:
    with pytest.raises(PhasegateError) as caught:
        _check_same("a.json", '{"version": "1.0.0", "other": 1}', json.loads('{"version": "1.0.0"}'))
    assert caught.value.code is ErrorCode.INTERNAL


def test_the_line_of_an_absent_key_is_its_parents() -> None:
    file = JsonFile("a.json", '{\n"a": {\n"b": 1}}')
    assert file.line_of("a", "b") == 3
    assert file.line_of("a", "none") == 2
    assert file.line_of("none") == 1
