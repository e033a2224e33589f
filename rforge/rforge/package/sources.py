"""R/: how much code there is, how it is documented, and which other packages it uses.

Source of the file endings and of the folders `unix` and `windows`: Writing R Extensions, 1.1.5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rforge.package.folder import PackageFolder

FOLDERS = ("R", "R/unix", "R/windows")
SUFFIXES = (".R", ".r", ".S", ".s", ".q")

_ROXYGEN_BLOCK = re.compile(r"(?:^[ \t]*\#+'.*\n?)+", re.MULTILINE)
_RAW_STRING = (
    r"""[rR](?P<quote>["'])(?P<dashes>-*)(?:(?:\(.*?\)|\[.*?\]|\{.*?\})(?P=dashes)(?P=quote)|[\[({].*)"""
)
_CODE = re.compile(
    rf"""
    \#[^\n]*
  | (?<![\w.]){_RAW_STRING}
  | "(?P<double>(?:[^"\\]|\\.)*)(?:"|\\?\Z) | '(?P<single>(?:[^'\\]|\\.)*)(?:'|\\?\Z)
  | (?:(?<![\w.$@`])(?P<package>[A-Za-z][\w.]*)|`(?P<quoted>[A-Za-z][\w.]*)`)\s*:::?(?!:)
  | `(?:[^`\\]|\\.)*(?:`|\\?\Z)
  | (?<![\w.])(?:library|require|requireNamespace|loadNamespace)\s*\(\s*(?P<loaded>[A-Za-z][\w.]*)\s*[,)]
    """,
    re.VERBOSE | re.DOTALL,
)
_PACKAGE_WORD = re.compile(r"[A-Za-z][A-Za-z0-9.]*")


@dataclass(frozen=True)
class Sources:
    """The R code of a package.

    Attributes:
        files: how many files of R code there are.
        lines: lines that are neither blank nor comments.
        roxygen_blocks: comments that roxygen2 reads.
        used: packages whose objects are named by `package::object`.
        mentioned: `used`, packages that are attached or loaded, and strings that could be a package's name (code
            that loads packages by their names names them so).
    """

    files: int = 0
    lines: int = 0
    roxygen_blocks: int = 0
    used: frozenset[str] = frozenset()
    mentioned: frozenset[str] = frozenset()


def read_sources(folder: PackageFolder) -> Sources:
    """The R code of the package in `folder`."""
    total = Sources()
    for name in FOLDERS:
        for path in folder.files(name, SUFFIXES):
            file = folder.read(path)
            if file is not None:
                total = _sum(total, parse_source(file.text))
    return total


def parse_source(text: str) -> Sources:
    """What one file of R code holds."""
    used: set[str] = set()
    mentioned: set[str] = set()
    for match in _CODE.finditer(text):
        package = match["package"] or match["quoted"]
        if package:
            used.add(package)
        word = match["loaded"] or match["double"] or match["single"]
        if word and _PACKAGE_WORD.fullmatch(word):
            mentioned.add(word)
    lines = sum(1 for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#"))
    return Sources(1, lines, len(_ROXYGEN_BLOCK.findall(text)), frozenset(used), frozenset(used | mentioned))


def _sum(one: Sources, other: Sources) -> Sources:
    return Sources(
        one.files + other.files,
        one.lines + other.lines,
        one.roxygen_blocks + other.roxygen_blocks,
        one.used | other.used,
        one.mentioned | other.mentioned,
    )
