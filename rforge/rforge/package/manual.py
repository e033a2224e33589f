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

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_ALIAS = re.compile(r"\\alias\s*\{([^\\{}\n]*(?:\\.[^\\{}\n]*)*)\}")
_NAME = re.compile(r"\\name\s*\{([^{}\n]*)\}")
_EXAMPLES = re.compile(r"\\examples\s*\{\s*(?=[^\s}])")
_VALUE = re.compile(r"\\value\s*\{\s*(?=[^\s}])")
_INTERNAL = re.compile(r"\\keyword\s*\{\s*internal\s*\}")
_URL = re.compile(r"\\(?:url|href)\s*\{\s*((?:[^{}\s\\]|\\[%&#_{}\\])+)\s*\}")
_ESCAPE = re.compile(r"\\([%\\{}])")


@dataclass(frozen=True)
class Page:
    """One help page.

    Attributes:
        file: its path in the package.
        name: what it is called.
        topics: what it documents.
        has_examples: whether it has examples.
        has_value: whether it says what a function returns.
        is_internal: whether it is kept out of the index.
        urls: the addresses that it links to.
    """

    file: str
    name: str = ""
    topics: frozenset[str] = frozenset()
    has_examples: bool = False
    has_value: bool = False
    is_internal: bool = False
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manual:
    """The help of a package: how many pages, every topic that one of them documents, and the pages.

    R compiles the pages of an installed package, so that it has no `documents` here.
    """

    pages: int = 0
    topics: frozenset[str] = frozenset()
    documents: tuple[Page, ...] = ()


def read_manual(folder: PackageFolder) -> Manual:
    """The help of the package in `folder`, which holds its sources."""
    pages: list[Page] = []
    for path in (path for name in FOLDERS for path in folder.files(name, SUFFIXES)):
        file = folder.read(path)
        if file is not None:
            pages.append(parse_page(path, file.text))
    return Manual(len(pages), frozenset().union(*(page.topics for page in pages)), tuple(pages))


def read_installed_manual(folder: PackageFolder) -> Manual | None:
    """The help of the installed package in `folder`, or None when it was installed without help."""
    file = folder.read(INDEX)
    if file is None:
        return None
    rows = [line.split("\t") for line in file.text.split("\n") if "\t" in line]
    return Manual(len({row[1] for row in rows}), frozenset(row[0] for row in rows))


def parse_page(path: str, text: str) -> Page:
    """The help page `path` with this `text`."""
    code = _COMMENT.sub(r"\1", text) if "%" in text else text
    name = _NAME.search(code)
    return Page(
        path,
        _plain(name[1]) if name else "",
        frozenset(_plain(alias) for alias in _ALIAS.findall(code)),
        _EXAMPLES.search(code) is not None,
        _VALUE.search(code) is not None,
        _INTERNAL.search(code) is not None,
        tuple(_plain(url) for url in _URL.findall(code)),
    )


def parse_topics(text: str) -> frozenset[str]:
    """The aliases of one help page."""
    return parse_page("", text).topics


def _plain(text: str) -> str:
    return _ESCAPE.sub(r"\1", text).strip()
