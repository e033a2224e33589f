"""A JSON file whose mistakes are all found, and which can be changed without a change of its form."""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING, Any

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.plugin.finding import Finding
from phasegate.plugin.json_span import KeyPath, Member, insert_after, members, replace
from phasegate.plugin.tree import SYMLINK
from phasegate.strict_json import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.plugin.tree import Files


class JsonFile:
    """A file that holds one JSON object: its text, its data, and the place of every value."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.data: dict[str, Any] = read_json(text)
        self._members: dict[KeyPath, Member] = {}
        self.duplicates: list[Member] = []
        for member in members(text):
            if member.path in self._members and member.path:
                self.duplicates.append(member)
            self._members[member.path] = member

    def line_of(self, *key_path: str | int) -> int:
        """The line on which the value at `key_path` (or its nearest parent) starts, from 1."""
        while key_path not in self._members:
            key_path = key_path[:-1]
        return self._line_at(self._members[key_path].key_start)

    def duplicate_keys(self) -> list[tuple[int, str]]:
        """Line and key of every key that stands a second time in its object."""
        return [(self._line_at(m.key_start), ".".join(map(str, m.path))) for m in self.duplicates]

    def with_values(self, values: Mapping[KeyPath, object], *, insert_after_key: str = "name") -> bytes:
        """The file's bytes with `values` at their places; every other byte stays as it is.

        A key of the outermost object that is absent is inserted behind `insert_after_key`.
        """
        text, data = self.text, read_json(self.text)
        for key_path, value in values.items():
            _put(data, key_path, value)
        places = {
            key_path: self._members.get(key_path) or self._members[(insert_after_key,)] for key_path in values
        }
        for key_path in sorted(values, key=lambda key_path: places[key_path].start, reverse=True):
            written = json.dumps(values[key_path])
            if key_path in self._members:
                text = replace(text, places[key_path], written)
            else:
                text = insert_after(text, places[key_path], str(key_path[-1]), written)
        _check_same(self.path, text, data)
        return text.encode("utf-8")

    def _line_at(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1


def read_object(files: Files, path: str, mistakes: list[Finding]) -> JsonFile | None:
    """The JSON object in `path`; what is wrong with it goes to `mistakes`, and then the answer is None."""
    content = files.read(path)
    if content is None:
        mistakes.append(Finding(path, None, "the file is missing"))
        return None
    if files.mode(path) == SYMLINK:
        mistakes.append(Finding(path, None, "must be a file of its own, not a symbolic link"))
        return None
    try:
        file = JsonFile(path, _decode(content))
    except json.JSONDecodeError as error:
        mistakes.append(Finding(path, error.lineno, f"no JSON: {error.msg} (column {error.colno})"))
    except ValueError as error:
        mistakes.append(Finding(path, None, f"no JSON: {error}"))
    else:
        if not isinstance(file.data, dict):
            mistakes.append(Finding(path, 1, "must hold a JSON object"))
            return None
        mistakes.extend(
            Finding(path, line, f"{key}: the key stands twice") for line, key in file.duplicate_keys()
        )
        return file
    return None


def _decode(content: bytes) -> str:
    if content.startswith(codecs.BOM_UTF8):
        raise ValueError("it starts with a byte order mark; save it as UTF-8 without one")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line} holds a byte that is no UTF-8") from error


def _put(data: Any, key_path: KeyPath, value: object) -> None:
    for key in key_path[:-1]:
        data = data[key]
    data[key_path[-1]] = value


def _check_same(path: str, text: str, expected: object) -> None:
    if read_json(text) != expected:
        raise PhasegateError(
            ErrorCode.INTERNAL, f"Stamping {path} would change more than the stamp.", hint="Please report it."
        )
