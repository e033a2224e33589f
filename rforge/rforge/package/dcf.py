"""Debian control format, as R's `read.dcf` reads a DESCRIPTION file (Writing R Extensions, 1.1.1).

A field starts in a line `Name: value`; lines that start with a blank or a tab continue it. R reads the first record
alone, the format knows no comments, and of two fields with one name the last counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIELD = re.compile(r"([^\s:][^:]*):(.*)")


@dataclass(frozen=True)
class Record:
    """The first record of a file.

    Attributes:
        fields: values by name; the lines of a value are joined by newlines, without their indentation.
        oddities: what R would refuse or ignore, a sentence each, with its line number.
    """

    fields: Mapping[str, str]
    oddities: tuple[str, ...] = ()


def parse_dcf(text: str) -> Record:
    """The first record of `text`; it never fails, what makes no sense is an oddity."""
    lines: dict[str, list[str]] = {}
    oddities: list[str] = []
    current: list[str] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            if lines and any(rest.strip() for rest in text.split("\n")[number:]):
                oddities.append(f"line {number} is blank: R does not read what follows it")
            if lines:
                break
        elif line[0] in " \t" and current is not None:
            current.append(line.strip())
        elif match := _FIELD.fullmatch(line):
            name = match[1].rstrip()
            if name in lines:
                oddities.append(f"line {number} repeats the field {name}")
            current = lines[name] = [match[2].strip()]
        else:
            oddities.append(f"line {number} is neither a field nor the continuation of one")
    return Record({name: "\n".join(value).strip() for name, value in lines.items()}, tuple(oddities))
