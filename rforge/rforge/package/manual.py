"""man/: the help pages, and the topics that they document.

Source of the comments and escapes: "Parsing Rd files" (R core), sections 2.1 and 2.2. In an installed package the
topics stand in `help/AnIndex`, a topic and its page a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rforge.package.folder import PackageFolder

FOLDERS = ("man", "man/unix", "man/windows")
SUFFIXES = (".Rd", ".rd")
INDEX = "help/AnIndex"

_COMMENT = re.compile(r"^((?:[^\\%\n]|\\.)*)%.*", re.MULTILINE)
_ALIAS = re.compile(r"\\alias\s*\{((?:[^\\{}]|\\.)*)\}")
_ESCAPE = re.compile(r"\\([%\\{}])")


@dataclass(frozen=True)
class Manual:
    """The help of a package: how many pages, and every topic that one of them documents."""

    pages: int = 0
    topics: frozenset[str] = frozenset()


def read_manual(folder: PackageFolder) -> Manual:
    """The help of the package in `folder`, which holds its sources."""
    pages = [folder.read(path) for name in FOLDERS for path in folder.files(name, SUFFIXES)]
    texts = [page.text for page in pages if page is not None]
    return Manual(len(texts), frozenset(topic for text in texts for topic in parse_topics(text)))


def read_installed_manual(folder: PackageFolder) -> Manual | None:
    """The help of the installed package in `folder`, or None when it was installed without help."""
    file = folder.read(INDEX)
    if file is None:
        return None
    rows = [line.split("\t") for line in file.text.split("\n") if "\t" in line]
    return Manual(len({row[1] for row in rows}), frozenset(row[0] for row in rows))


def parse_topics(text: str) -> frozenset[str]:
    """The aliases of one help page."""
    code = _COMMENT.sub(r"\1", text)
    return frozenset(_ESCAPE.sub(r"\1", alias).strip() for alias in _ALIAS.findall(code))
