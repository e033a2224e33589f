"""Where each value of a JSON text stands, so that one can be replaced and every other byte stays.

The standard library parses JSON but forgets the places; `raw_decode` still tells where a scalar ends, and the rest is
brackets.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Union

KeyPath = tuple[Union[str, int], ...]

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Member:
    """A value and its place: `text[start:end]`; its key, if it has one, starts at `key_start`."""

    path: KeyPath
    key_start: int
    start: int
    end: int


def members(text: str) -> list[Member]:
    """Every value of `text`, children before parents; a key that stands twice is here twice.

    `text` must be valid JSON.
    """
    found: list[Member] = []
    start = _skip(text, 0)
    _value(text, start, start, (), found)
    return found


def replace(text: str, member: Member, value: str) -> str:
    """`text` with `value`, itself JSON, in the place of `member`."""
    return text[: member.start] + value + text[member.end :]


def insert_after(text: str, member: Member, key: str, value: str) -> str:
    """`text` with `key: value` behind `member` of an object, spaced as its neighbours are."""
    key_end = _DECODER.raw_decode(text, member.key_start)[1]
    colon = text[key_end : member.start]
    comma = _skip(text, member.end)
    if text[comma] == ",":
        space = text[comma + 1 : _skip(text, comma + 1)]
    else:
        before = text[: member.key_start]
        space = before[len(before.rstrip(" \t\n\r")) :]
    return f"{text[: member.end]},{space}{json.dumps(key)}{colon}{value}{text[member.end :]}"


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _value(text: str, key_start: int, at: int, path: KeyPath, found: list[Member]) -> int:
    end = _container(text, at, path, found) if text[at] in "{[" else _DECODER.raw_decode(text, at)[1]
    found.append(Member(path, key_start, at, end))
    return end


def _container(text: str, at: int, path: KeyPath, found: list[Member]) -> int:
    is_object, index = text[at] == "{", 0
    at = _skip(text, at + 1)
    while text[at] not in "}]":
        start, name = at, index
        if is_object:
            name, key_end = _DECODER.raw_decode(text, at)
            start = _skip(text, _skip(text, key_end) + 1)
        at = _skip(text, _value(text, at, start, (*path, name), found))
        at = _skip(text, at + 1) if text[at] == "," else at
        index += 1
    return at + 1
