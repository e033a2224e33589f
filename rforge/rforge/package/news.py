"""NEWS: the latest version that a package tells its users about.

R looks for `inst/NEWS.Rd`, then `NEWS.md`, then `NEWS` and `inst/NEWS` (`?utils::news`); an installed package has them
at its top. A plain file follows no grammar, so that its versions are those of lines that look like headings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rforge.package.version import PATTERN

if TYPE_CHECKING:
    from rforge.package.folder import PackageFolder

FILES = ("inst/NEWS.Rd", "NEWS.Rd", "NEWS.md", "NEWS", "inst/NEWS")

_LONGEST_HEADING = 200

_VERSION = re.compile(rf"(?<![\w.-])[vV]?({PATTERN})(?!\w)")
_DATE = re.compile(r"(?:19|20)\d\d([.-])(?:0[1-9]|1[0-2])\1\d\d|\d\d([.-])\d\d\2(?:19|20)\d\d")
"""A day: no package's version is written so."""

_UNRELEASED = re.compile(r"development version|unreleased|in development", re.IGNORECASE)
_MARKDOWN_HEADING = re.compile(
    r"^(#{1,3})[ \t]{1,9}(\S.{0,199})|^([^\s#].{0,199})\n(=+|-+)[ \t]*$", re.MULTILINE
)
_RD_SECTION = re.compile(r"^[ \t]*\\section\s*\{([^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*)\}", re.MULTILINE)
_PLAIN_HEADING = re.compile(
    r"[ \t*#=-]{0,8}(?:[A-Za-z][\w.]*[ \t,]+)?"
    r"(?:(?:changes?|news|new|in|to|for|the|r|package|release|version|ver)[ \t,]+){0,6}"
    rf"[vV]?{PATTERN}(?!\w).{{0,40}}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class News:
    """What a news file says first.

    Attributes:
        file: its path, or empty when there is none.
        latest: the version of its first heading that names one, or empty.
        unreleased: whether a heading before that one speaks of a version that is not released yet.
    """

    file: str = ""
    latest: str = ""
    unreleased: bool = False


def read_news(folder: PackageFolder) -> News:
    """The news of the package in `folder`."""
    for path in FILES:
        file = folder.read(path)
        if file is not None:
            return parse_news(path, file.text)
    return News()


def parse_news(path: str, text: str) -> News:
    """What the news file `path` with this `text` says first.

    The first heading that speaks of a version sets the level: a deeper one ("R 4.2 compatibility") is about contents.
    """
    unreleased, deepest = False, 9
    for level, heading in _headings(path, text):
        version = next((v for v in _VERSION.finditer(heading) if not _DATE.fullmatch(v[1])), None)
        is_unreleased = bool(_UNRELEASED.search(heading))
        if level > deepest or not (version or is_unreleased):
            continue
        deepest, unreleased = level, unreleased or is_unreleased
        if version is not None:
            return News(path, version[1], unreleased)
    return News(path, "", unreleased)


def _headings(path: str, text: str) -> list[tuple[int, str]]:
    if path.endswith(".Rd"):
        return [(1, section) for section in _RD_SECTION.findall(text)]
    if path.endswith(".md"):
        found = _MARKDOWN_HEADING.findall(text)
        return [
            (len(marks) or (1 if under[0] == "=" else 2), one or other) for marks, one, other, under in found
        ]
    lines = (line for line in text.split("\n") if len(line) <= _LONGEST_HEADING)
    return [(1, line) for line in lines if _PLAIN_HEADING.fullmatch(line)]
