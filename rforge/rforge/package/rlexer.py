"""R code as tokens: enough of R's grammar to tell code from comments and strings.

Source: R Language Definition, 10.3 (tokens), and `?Quotes` for raw strings. A string that is never closed runs to the
end of the text, so that every text is read in linear time.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(Enum):
    """What a token is."""

    NAME = "name"
    STRING = "string"
    NUMBER = "number"
    OPERATOR = "operator"


class Token(NamedTuple):
    """A token of R code; the text of a string or of a quoted name is what it stands for, without its quotes."""

    kind: Kind
    text: str
    line: int


_KINDS = {kind.value: kind for kind in Kind}
_RAW_OPENING = re.compile(r"""[rR](["'])(-*)([\[({])""")
_RAW_CLOSING = {"(": ")", "[": "]", "{": "}"}
_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t\f\n;\xa0]+) | (?P<comment>\#[^\n]*)
  | (?P<string>"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|'[^'\\]*(?:\\.[^'\\]*)*(?:'|\\?\Z))
  | (?P<quoted>`[^`\\]*(?:\\.[^`\\]*)*(?:`|\\?\Z))
  | (?P<number>0[xX][0-9a-fA-F]+L?|[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?[Li]?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
  | (?P<name>(?:[^\W\d_]|\.)[\w.]*)
  | (?P<operator>:::?|%[^%\n]*%|<<-|<-|->>|->|\|>|&&|\|\||[<>=!]=|[\s\S])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|u\{?([0-9a-fA-F]{1,4})\}?|U\{?([0-9a-fA-F]{1,8})\}?|([0-7]{1,3})|(.))",
    re.DOTALL,
)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_LAST_CHARACTER = 0x10FFFF


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text`, without blanks, semicolons and comments; text that is no R gives operators of one character."""
    position, line = 0, 1
    while position < len(text):
        raw = _raw_string(text, position) if text[position] in "rR" else None
        if raw is not None:
            end, content = raw
            yield Token(Kind.STRING, content, line)
        else:
            match = _TOKEN.match(text, position)
            end = match.end() if match else position + 1
            if match and match.lastgroup not in ("blank", "comment", None):
                yield _token(str(match.lastgroup), match.group(), line)
        line += text.count("\n", position, end)
        position = end


def _token(group: str, text: str, line: int) -> Token:
    if group == "string":
        return Token(Kind.STRING, _unescaped(text[1:-1]), line)
    if group == "quoted":
        return Token(Kind.NAME, _unescaped(text[1:-1]), line)
    return Token(_KINDS[group], text, line)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(escape: re.Match[str]) -> str:
    """What an escape stands for (`?Quotes`)."""
    if escape[5] is not None:
        return _ESCAPED.get(escape[5], escape[5])
    code = int(escape[4], 8) if escape[4] else int(escape[1] or escape[2] or escape[3], 16)
    return chr(code) if code <= _LAST_CHARACTER else escape.group()


def _raw_string(text: str, position: int) -> tuple[int, str] | None:
    opening = _RAW_OPENING.match(text, position)
    if opening is None:
        return None
    closing = f"{_RAW_CLOSING[opening[3]]}{opening[2]}{opening[1]}"
    end = text.find(closing, opening.end())
    end = len(text) if end < 0 else end
    return min(end + len(closing), len(text)), text[opening.end() : end]
