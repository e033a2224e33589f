"""What a notice says: a template a kind, filled with plain values.

A template is a Markdown file in `templates/`: its first line is the title, the rest the body. A line of which all values
are empty is left out, so that a template says only what is known.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUFFIX = ".md"
_UNPRINTABLE = {"Cc", "Cs"}  # control characters, and surrogates, which are no text
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of writing, and so can make a text look like another."""


@dataclass(frozen=True)
class Message:
    """A notice: a title on one line, a body in Markdown, and its kind."""

    title: str
    body: str
    kind: str


def kinds() -> tuple[str, ...]:
    """The kinds of notices there are, by name."""
    return tuple(sorted(_templates()))


def values_of(kind: str) -> frozenset[str]:
    """The names of the values that a notice of `kind` is filled with.

    Raises:
        PhasegateError: `usage`, if there is no such kind.
    """
    return _names_in(_template(kind))


def render(kind: str, values: Mapping[str, str]) -> Message:
    """The notice of `kind`, with `values` as they are: what looks like a placeholder in a value is not filled.

    Raises:
        PhasegateError: `usage`, if there is no such kind, or if values are missing (an empty one is none).
    """
    template = _template(kind)
    missing = sorted(_names_in(template) - values.keys())
    if missing:
        raise PhasegateError(
            ErrorCode.USAGE,
            f"A notice of kind {kind!r} needs more values.",
            hint="Give each of them, if only as an empty text.",
            details=tuple(missing),
        )
    clean = {name: _printable(value).strip() for name, value in values.items()}
    title, *body = (line for line in template.split("\n") if _says_something(line, clean))
    return Message(
        title=" ".join(Template(title.lstrip("# ")).substitute(clean).split()),
        body=re.sub(r"\n{3,}", "\n\n", Template("\n".join(body)).substitute(clean)).strip(),
        kind=kind,
    )


def _templates() -> dict[str, str]:
    from importlib.resources import files

    entries = [
        entry for entry in (files("phasegate.notify") / "templates").iterdir() if entry.name.endswith(_SUFFIX)
    ]
    return {entry.name[: -len(_SUFFIX)]: entry.read_text(encoding="utf-8") for entry in entries}


def _template(kind: str) -> str:
    templates = _templates()
    if kind not in templates:
        raise PhasegateError(
            ErrorCode.USAGE,
            f"There is no notice of kind {kind!r}.",
            hint=f"Choose one of: {', '.join(sorted(templates))}.",
        )
    return templates[kind]


def _names_in(template: str) -> frozenset[str]:
    found = Template.pattern.finditer(template)
    return frozenset(match["named"] or match["braced"] for match in found) - {None}


def _says_something(line: str, values: Mapping[str, str]) -> bool:
    names = _names_in(line)
    return not names or any(values[name] for name in names)


def _printable(value: str) -> str:
    return "".join(
        c
        for c in value.replace("\r\n", "\n")
        if c in "\n\t" or (unicodedata.category(c) not in _UNPRINTABLE and c not in _TURNING)
    )
