"""The changelog: a section a release, newest first, in Markdown.

What commit messages say is data: it is written so that it reads as it was typed and can neither open a heading, a
list or a code block, nor carry a link, HTML or the attributes and includes that Markdown processors add.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phasegate.markdown import as_markdown, one_line
from phasegate.version.semver import Level, Version

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from phasegate.version.commits import Change

_BREAKING = "Breaking changes"
_GROUPS = {"feat": "Features", "fix": "Fixes", "perf": "Performance", "docs": "Documentation"}
"""Kinds of change that users notice, in the order of their groups; the others are left out."""
_NOTHING = "No change that users notice."

_TITLE = "# Changelog"
_QUOTED = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?^ {0,3}\1[`~]*[ \t\r]*$|<!--.*?-->", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,3})[ \t]+(.*)$", re.MULTILINE)
_HEADING_VERSION = re.compile(r"\[?v?([0-9][0-9A-Za-z.-]*)(?:(?<=-)(?!\w)|\b)")
_LINK_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]+\]:", re.MULTILINE)


def render_section(version: Version, day: date, changes: Iterable[Change]) -> str:
    """The section of `version`: a heading, then a list for each group that is not empty; ends in a newline."""
    groups: dict[str, dict[str, None]] = {name: {} for name in (_BREAKING, *_GROUPS.values())}
    for change in changes:
        name = _BREAKING if change.level is Level.MAJOR else _GROUPS.get(change.kind)
        if name:
            groups[name][_entry(change)] = None  # a change that was picked twice is told once
    blocks = [f"## {version} ({day.isoformat()})"]
    blocks += [f"### {name}\n\n" + "\n".join(entries) for name, entries in groups.items() if entries]
    return "\n\n".join(blocks if len(blocks) > 1 else [*blocks, _NOTHING]) + "\n"


def _entry(change: Change) -> str:
    scope = f"**{as_markdown(change.scope)}:** " if one_line(change.scope) else ""
    lines = [f"- {scope}{as_markdown(change.summary)}"]
    lines += [f"    - {as_markdown(text)}" for text in change.breaking if one_line(text)]
    return "\n".join(lines)


def insert_section(changelog: str | None, section: str) -> str:
    """`changelog` with `section` above its newest one; a section of the same version is replaced.

    What stands above the newest version (a title, an introduction, what is unreleased) stays there, and so does every
    other byte but for blank lines around the section. The section is written with the file's own line ends.

    Args:
        changelog: the file's text with its line ends as they are, or None if there is no file.
        section: as `render_section` gives it.

    Raises:
        ValueError: `section` does not begin with the heading of a version.
    """
    heading = _HEADING.match(section)
    version = _version_in(heading[2]) if heading else None
    if version is None:
        raise ValueError("a changelog section begins with '## VERSION'")
    text = changelog if changelog and changelog.strip() else f"{_TITLE}\n"
    start, end = _place_of(version, text)
    above, below = text[:start].rstrip("\r\n"), text[end:].lstrip("\r\n")
    newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    parts = [above, section.rstrip("\n").replace("\n", newline), below]
    joined = (newline * 2).join(part for part in parts if part)
    return joined if below else joined + newline


def remove_section(changelog: str, version: Version) -> str:
    """`changelog` without the section of `version`, if it has one."""
    start, end = _place_of(version, changelog)
    return changelog[:start] + changelog[end:]


def _place_of(version: Version, text: str) -> tuple[int, int]:
    """Where the section of `version` begins and ends; where it belongs if there is none."""
    visible = _QUOTED.sub(lambda quoted: re.sub(r"[^\n]", " ", quoted[0]), text)
    headings = list(_HEADING.finditer(visible))
    for index, heading in enumerate(headings):
        if _version_in(heading[2]) == version:
            following = headings[index + 1 :]
            return heading.start(), min(
                [other.start() for other in following if _ends(other, heading)]
                + [link.start() for link in _LINK_DEFINITION.finditer(visible, heading.end())],
                default=len(text),
            )
    newest = next((heading.start() for heading in headings if _version_in(heading[2])), len(text))
    return newest, newest


def _ends(other: re.Match[str], heading: re.Match[str]) -> bool:
    return len(other[1]) <= len(heading[1]) or _version_in(other[2]) is not None


def _version_in(title: str) -> Version | None:
    match = _HEADING_VERSION.match(title)
    return Version.parse_or_none(match[1]) if match else None
