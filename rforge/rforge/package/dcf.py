"""Debian control format, as R's `read.dcf` reads a DESCRIPTION file (Writing R Extensions, 1.1.1).

A field starts in a line `Name: value`; lines that start with a blank or a tab continue it. R reads the first record
alone, the format knows no comments, and of two fields with one name the last counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ODDITIES = 50
"""No more are told of one file: a file that is no DESCRIPTION at all is odd in every line."""

_FIELD = re.compile(r"([^\s:][^:]*):(.*)")


@dataclass(frozen=True)
class Record:
    """The first record of a file.

    Attributes:
        fields: values by name; the lines of a value are joined by newlines, without their indentation.
        oddities: what R would refuse or ignore, a sentence each, with its line number.
        rows: the lines of each value, each with its number in the file; the first is the line of the field's name.
    """

    fields: Mapping[str, str]
    oddities: tuple[str, ...] = ()
    rows: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)

    @property
    def lines(self) -> Mapping[str, int]:
        """The line of each field."""
        return {name: rows[0][0] for name, rows in self.rows.items()}


def parse_dcf(text: str) -> Record:
    """The first record of `text`; it never fails, what makes no sense is an oddity."""
    rows: dict[str, list[tuple[int, str]]] = {}
    oddities: list[str] = []
    current: list[tuple[int, str]] | None = None
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            if rows and any(rest.strip() for rest in lines[number:]):
                oddities.append(f"line {number} is blank: R does not read what follows it")
            if rows:
                break
        elif line[0] in " \t" and current is not None:
            row = line.strip()
            current.append((number, "" if row == "." else row))  # a full stop alone is a blank line
        elif match := _FIELD.fullmatch(line):
            name = match[1].rstrip()
            if name in rows:
                oddities.append(f"line {number} repeats the field {name}")
            current = rows[name] = [(number, match[2].strip())]
        else:
            oddities.append(f"line {number} is neither a field nor the continuation of one")
    fields = {name: "\n".join(row for _, row in value).strip() for name, value in rows.items()}
    return Record(
        fields, tuple(oddities[:MAX_ODDITIES]), {name: tuple(value) for name, value in rows.items()}
    )
