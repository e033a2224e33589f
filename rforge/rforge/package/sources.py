"""R/: the R code of a package, file by file.

Source of the file endings, of the folders `unix` and `windows` and of Collate: Writing R Extensions, 1.1.1 and 1.1.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rforge.package.code import Place, Use, read_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rforge.package.folder import PackageFolder

FOLDERS = ("R", "R/unix", "R/windows")
SUFFIXES = (".R", ".r", ".S", ".s", ".q")
COLLATE_FIELDS = ("Collate", "Collate.unix", "Collate.windows")


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
        uses: the first place in each file of each `package::object`.
        definitions: objects that code outside functions makes, each with its first place.
        roxygen_exports: objects that a roxygen comment exports.
        loads: the calls of `library()` and `require()`; their object is empty.
        paths: the files in the order in which R reads them; those that Collate leaves out stand last.
    """

    files: int = 0
    lines: int = 0
    roxygen_blocks: int = 0
    used: frozenset[str] = frozenset()
    mentioned: frozenset[str] = frozenset()
    uses: tuple[Use, ...] = ()
    definitions: Mapping[str, Place] = field(default_factory=dict)
    roxygen_exports: frozenset[str] = frozenset()
    loads: tuple[Use, ...] = ()
    paths: tuple[str, ...] = ()


def read_sources(folder: PackageFolder) -> Sources:
    """The R code of the package in `folder`."""
    found = [path for name in FOLDERS for path in folder.files(name, SUFFIXES)]
    collate = _collate(folder)
    paths = tuple(sorted(found, key=lambda path: (collate.get(path, len(collate)), path)))
    parts = []
    for path in paths:
        file = folder.read(path)
        if file is not None:
            parts.append(parse_source(file.text, path, folder.deadline.check))
    return _sum(parts)


def parse_source(text: str, path: str = "", check: Callable[[], None] = lambda: None) -> Sources:
    """What the file `path` of R code with this `text` holds.

    Args:
        text: the content of the file.
        path: its path in the package.
        check: called now and then; what it raises ends the reading.
    """
    code = read_code(text, path, check)
    used = frozenset(use.package for use in code.uses)
    return Sources(
        1,
        code.lines,
        code.roxygen_blocks,
        used,
        used | code.mentioned,
        tuple(code.uses),
        code.definitions,
        frozenset(code.roxygen_exports),
        tuple(code.loads),
        (path,),
    )


def _collate(folder: PackageFolder) -> dict[str, int]:
    """The position of each file that Collate names."""
    fields = folder.description.fields
    words = [word.strip("'\"") for name in COLLATE_FIELDS for word in fields.get(name, "").split()]
    return {f"R/{word}": position for position, word in reversed(list(enumerate(words)))}


def _sum(parts: list[Sources]) -> Sources:
    definitions: dict[str, Place] = {}
    for part in reversed(parts):
        definitions.update(part.definitions)
    return Sources(
        len(parts),
        sum(part.lines for part in parts),
        sum(part.roxygen_blocks for part in parts),
        frozenset().union(*(part.used for part in parts)),
        frozenset().union(*(part.mentioned for part in parts)),
        tuple(use for part in parts for use in part.uses),
        definitions,
        frozenset().union(*(part.roxygen_exports for part in parts)),
        tuple(use for part in parts for use in part.loads),
        tuple(path for part in parts for path in part.paths),
    )
