"""Text from outside, written so that Markdown shows it as it was typed. Pure."""

from __future__ import annotations

import re

_CODE_SPAN = re.compile(r"(?<!`)(`[^`<>&{}]+`)(?!`)")
_SPECIAL = re.compile(r"[\\`*\[\]]|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "{": "&#123;", "}": "&#125;"})
_BLOCK_START = re.compile(r"[!-%'-/:-@^|~]")
_ORDERED_START = re.compile(r"(\d+)([.)])", re.ASCII)


def as_markdown(text: str) -> str:
    """`text` on one line, written so that Markdown shows it as it was typed."""
    pieces = _CODE_SPAN.split(one_line(text))
    escaped = "".join(piece if index % 2 else _escape(piece) for index, piece in enumerate(pieces))
    if _BLOCK_START.match(escaped):
        return f"&#{ord(escaped[0])};{escaped[1:]}"
    return _ORDERED_START.sub(r"\1\\\2", escaped, count=1) if _ORDERED_START.match(escaped) else escaped


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text).translate(_ENTITIES)


def one_line(text: str) -> str:
    """`text` on one line, without characters that nobody can see."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def as_cell(text: str) -> str:
    """The same for a cell of a table, which a bar would end."""
    return as_markdown(text).replace("|", "\\|")
