"""NEWS: the latest version that a package tells its users about.

R looks for `inst/NEWS.Rd`, then `NEWS.md`, then `NEWS` and `inst/NEWS` (`?utils::news`); an installed package has them
at its top. A plain file follows no grammar, so that its versions are those of lines that look like headings: nothing but
words of a heading, the package's own name among them, and a version.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rforge.package.version import PATTERN, version_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rforge.package.folder import PackageFolder

FILES = ("inst/NEWS.Rd", "NEWS.Rd", "NEWS.md", "NEWS", "inst/NEWS")

_LONGEST_HEADING = 200
_HEADINGS_BETWEEN_CHECKS = 100

_VERSION = re.compile(rf"(?<!\bR )(?<![A-Za-z0-9.-])[vV]?({PATTERN})(?!\w)(?P<any>[.-]x\b)?")
_JOINED = re.compile(rf"\s*(?:,|and|&|/)\s*[vV]?({PATTERN})(?!\w)")
_DATE = re.compile(r"(?:19|20)\d\d([.-])(?:0[1-9]|1[0-2])\1\d\d|\d{1,2}([.-])\d{1,2}\2(?:19|20)\d\d")
"""A day, or the version of one of the few packages that write theirs so: the text alone does not tell."""

_PLACEHOLDER = 999
"""A version of such numbers alone stands for one that does not exist: knitr's author writes 999.999 so."""

_UNRELEASED = re.compile(r"development version|unreleased|in development", re.IGNORECASE)
_MARKDOWN_HEADING = re.compile(
    r"^(#{1,3})[ \t]{1,9}(\S.{0,199})|^([^\s#].{0,199})\n(=+|-+)[ \t]*$", re.MULTILINE
)
_RD_SECTION = re.compile(r"^[ \t]*\\section\s*\{([^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*)\}", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.]+")
_HEADING_WORDS = (
    r"changes?|news|new|in|to|for|the|r(?=[ \t]+(?:package|version))|package|release|version|ver|v"
)


@dataclass(frozen=True)
class News:
    """What a news file says first.

    Attributes:
        file: its path, or empty when there is none.
        latest: the latest version that its headings name, or empty where that cannot be said.
        unreleased: whether a heading before that one speaks of a version that is not released yet.
    """

    file: str = ""
    latest: str = ""
    unreleased: bool = False


def read_news(folder: PackageFolder) -> News:
    """The news of the package in `folder`: the first file that names a version, else the first."""
    found: list[News] = []
    for path in FILES:
        file = folder.read(path)
        if file is not None:
            news = parse_news(path, file.text, folder.description.name, folder.deadline.check)
            if news.latest or news.unreleased:
                return news
            found.append(news)
    return found[0] if found else News()


def parse_news(path: str, text: str, package: str, check: Callable[[], None] = lambda: None) -> News:
    """What the news file `path` with this `text` says of the latest version of `package`.

    The first heading that speaks of a version sets the level: a deeper one ("R 4.2 compatibility") is about contents.

    Args:
        path: its path in the package.
        text: its content.
        package: the package's name.
        check: called now and then; what it raises ends the reading.
    """
    own = _own_name(package)
    dated = re.compile(rf"\b(?:version|{own})[ \t_]+[vV]?(?:{_DATE.pattern})(?!\w)", re.IGNORECASE)
    unreleased, deepest = False, 9
    versions: list[str] = []
    for count, (level, heading) in enumerate(_headings(path, text, own)):
        if count % _HEADINGS_BETWEEN_CHECKS == 0:
            check()
        version = _version_of(heading)
        if version is None and dated.search(heading):
            version = ""
        is_unreleased = version is None and bool(_UNRELEASED.search(heading))
        if level > deepest or (version is None and not is_unreleased):
            continue
        deepest = level
        unreleased = unreleased or (is_unreleased and not versions)
        if version is not None:
            versions.append(version)
    return News(path, _latest(versions), unreleased)


def _version_of(heading: str) -> str | None:
    """The version that a heading names, the last of several that it joins; empty where it names a range."""
    for match in _VERSION.finditer(heading):
        if _DATE.fullmatch(match[1]) or min(version_key(match[1]), default=0) >= _PLACEHOLDER:
            continue
        if match["any"]:
            return ""
        joined = _JOINED.match(heading, match.end())
        return joined[1] if joined else match[1]
    return None


def _latest(versions: list[str]) -> str:
    """The first where the newest stands first, the last where it stands last, and none where neither is so."""
    known = [version_key(version) for version in versions if version]
    if not known or not versions[0]:
        return ""
    if len(known) < 2 or known[0] >= known[1]:
        return versions[0]
    return versions[-1] if known == sorted(known) else ""


def _headings(path: str, text: str, own: str) -> Iterator[tuple[int, str]]:
    if path.endswith(".Rd"):
        yield from ((1, match[1]) for match in _RD_SECTION.finditer(text))
    elif path.endswith(".md"):
        for match in _MARKDOWN_HEADING.finditer(text):
            marks, one, other, under = match.groups("")
            yield len(marks) or (1 if under[0] == "=" else 2), one or other
    else:
        plain = _plain_heading(own)
        yield from (
            (1, line) for line in text.split("\n") if len(line) <= _LONGEST_HEADING and plain.fullmatch(line)
        )


def _own_name(package: str) -> str:
    """A pattern of the package's name; of none that is a heading's word too, as two ways to read each word of a line never end."""
    is_word = re.fullmatch(_HEADING_WORDS, package, re.IGNORECASE)
    return re.escape(package) if _NAME.fullmatch(package) and not is_word else "(?!)"


def _plain_heading(own: str) -> re.Pattern[str]:
    return re.compile(
        rf"[ \t*#=-]*(?:{own}(?:[ \t,]+|_)|(?:{_HEADING_WORDS}):?[ \t,]+)*[vV]?{PATTERN}(?!\w).{{0,40}}",
        re.IGNORECASE,
    )
