"""Roxygen comments: how many there are, and which objects they export.

Source: "Roxygen2: namespace" (`@export`). A comment speaks of the object that the code right after it makes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK = re.compile(r"(?:^[ \t]*\#+'.*\n?)+", re.MULTILINE)
_EXPORT = re.compile(r"^[ \t]*#+'[ \t]*@export(?:[ \t]+(.*))?$", re.MULTILINE)
_NAMES = re.compile(r"""`([^`\n]+)`|"([^"\n]+)"|'([^'\n]+)'|([^\s,`"']+)""")
_OBJECT = re.compile(
    r"""(?:\s|\#(?!\#*')[^\n]*\n)*
    (?:
      (?:(?:methods|R\.oo)::)?(?:assign|delayedAssign|makeActiveBinding|set[A-Z]\w*)
        \s*\(\s*(?:\w+\s*=\s*)?["'](?P<called>[^"'\n]+)["']
    | (?:(?P<plain>[^\W\d_.][\w.]*|\.[\w.]*)|`(?P<quoted>[^`\n]+)`|"(?P<double>[^"\n]+)"|'(?P<single>[^'\n]+)')
        \s*(?:<<?-|=(?!=))
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Roxygen:
    """The comments of one file: how many, and the objects that they export."""

    blocks: int = 0
    exports: frozenset[str] = frozenset()


def read_roxygen(text: str, check: Callable[[], None] = lambda: None) -> Roxygen:
    """The roxygen comments in a file of R code; `check` is called for each, what it raises ends the reading."""
    blocks = 0
    exports: set[str] = set()
    for block in _BLOCK.finditer(text):
        check()
        blocks += 1
        for tag in _EXPORT.finditer(block.group()):
            names = ["".join(found) for found in _NAMES.findall(tag[1] or "")]
            exports.update(names or _object_after(text, block.end()))
    return Roxygen(blocks, frozenset(exports))


def _object_after(text: str, position: int) -> set[str]:
    match = _OBJECT.match(text, position)
    return {name for name in match.groupdict().values() if name} if match else set()
