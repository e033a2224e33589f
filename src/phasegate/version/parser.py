"""python-semantic-release's parser of conventional commits, imported without the rest of that package.

The package's root imports its file formats, its terminal output and all its parsers, and the parser's options import
pydantic: together almost half of the time that `next-version` takes as a whole process. So while the parser's module is
imported, empty packages stand in for those above it, and plain dataclasses for pydantic's; afterwards nothing of this is
left, and the real packages can be imported.
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semantic_release.commit_parser.conventional.parser import ConventionalCommitParser

_ROOT = "semantic_release"
_PACKAGES = (_ROOT, f"{_ROOT}.commit_parser", f"{_ROOT}.commit_parser.conventional")
_MODULE = f"{_ROOT}.commit_parser.conventional.parser"


@cache
def conventional_parser() -> ConventionalCommitParser:
    """The parser with its default options, imported once."""
    if _ROOT not in sys.modules:
        with suppress(
            Exception
        ):  # a release that is laid out in another way: then all of it, as it wants to be imported
            return _alone()
    from semantic_release.commit_parser.conventional.parser import ConventionalCommitParser

    return ConventionalCommitParser()


def _alone() -> ConventionalCommitParser:
    spec = find_spec(_ROOT)
    folders = (spec.submodule_search_locations if spec else None) or []
    stand_ins = {name: _empty_package(name, folders) for name in _PACKAGES}
    stand_ins.update({name: module for name, module in _plain_pydantic().items() if name not in sys.modules})
    sys.modules.update(stand_ins)
    try:
        parser: ConventionalCommitParser = importlib.import_module(_MODULE).ConventionalCommitParser()
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == _ROOT or name in stand_ins]:
            del sys.modules[name]
    return parser


def _empty_package(name: str, folders: list[str]) -> ModuleType:
    package = ModuleType(name)
    package.__path__ = [str(Path(folder, *name.split(".")[1:])) for folder in folders]
    return package


def _plain_pydantic() -> dict[str, ModuleType]:
    """What the parser's options use of pydantic; their defaults are the only values here and need no validation."""
    decorators = ModuleType("pydantic.dataclasses")
    decorators.dataclass = dataclasses.dataclass  # type: ignore[attr-defined]
    package = ModuleType("pydantic")
    package.dataclasses = decorators  # type: ignore[attr-defined]
    return {"pydantic": package, "pydantic.dataclasses": decorators}
