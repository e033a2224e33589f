"""DESCRIPTION: who a package is and what it needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rforge.package.dcf import parse_dcf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rforge.package.folder import FileText

DEPENDENCY_FIELDS = ("Depends", "Imports", "LinkingTo", "Suggests", "Enhances")

STANDARD_PACKAGES = frozenset(
    (
        *("base", "compiler", "datasets", "graphics", "grDevices", "grid", "methods", "parallel", "splines"),
        *("stats", "stats4", "tcltk", "tools", "utils"),
    )
)
"""The packages of priority "base": they are part of R, and `R CMD check` takes them undeclared."""

_NAME = r"[A-Za-z][A-Za-z0-9.]*"
_DEPENDENCY = re.compile(rf"({_NAME})\s*(?:\(\s*(<=|>=|<|>|==|!=)\s*([^()\s]+)\s*\))?")
_PACKAGE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]")
_MAINTAINER_ROLE = re.compile(r"""["']cre["']""")


@dataclass(frozen=True)
class Dependency:
    """One entry of a dependency field: `name`, and the versions of it that will do."""

    field: str
    name: str
    operator: str = ""
    version: str = ""


@dataclass(frozen=True)
class Description:
    """A DESCRIPTION file.

    Attributes:
        fields: every field as text.
        dependencies: the entries of Depends, Imports, LinkingTo, Suggests and Enhances, in that order.
        oddities: what R would refuse or ignore, a sentence each.
        encoding: the encoding that the file was read with.
        is_ascii: whether the file is plain ASCII, so that its encoding does not matter.
    """

    fields: Mapping[str, str]
    dependencies: tuple[Dependency, ...] = ()
    oddities: tuple[str, ...] = ()
    encoding: str = "utf-8"
    is_ascii: bool = True

    @property
    def name(self) -> str:
        """The package's name, or an empty text."""
        return self.fields.get("Package", "")

    @property
    def version(self) -> str:
        """The package's version, or an empty text."""
        return self.fields.get("Version", "")

    @property
    def title(self) -> str:
        """The package's title on one line."""
        return " ".join(self.fields.get("Title", "").split())

    @property
    def is_installed(self) -> bool:
        """Whether R built this folder: sources, tests and man pages are compiled away or left out."""
        return "Built" in self.fields

    @property
    def has_valid_name(self) -> bool:
        """Whether R takes the package's name."""
        return _PACKAGE_NAME.fullmatch(self.name) is not None

    @property
    def has_maintainer(self) -> bool:
        """Whether somebody is named as maintainer, by Maintainer or by the role `cre` in Authors@R."""
        return "Maintainer" in self.fields or bool(_MAINTAINER_ROLE.search(self.fields.get("Authors@R", "")))

    def declared(self, *fields: str) -> frozenset[str]:
        """The packages that the given dependency fields name, R itself left out; all fields if none is given."""
        wanted = fields or DEPENDENCY_FIELDS
        return frozenset(d.name for d in self.dependencies if d.field in wanted and d.name != "R")


def parse_description(file: FileText) -> Description:
    """The description in a file's text; it never fails, what makes no sense is an oddity."""
    record = parse_dcf(file.text)
    dependencies: list[Dependency] = []
    oddities = list(record.oddities)
    for field in DEPENDENCY_FIELDS:
        for entry in _entries(record.fields.get(field, "")):
            match = _DEPENDENCY.fullmatch(entry)
            if match is None:
                oddities.append(f"{field} has an entry that is no dependency: {entry!r}")
            else:
                dependencies.append(Dependency(field, match[1], match[2] or "", match[3] or ""))
    return Description(
        record.fields, tuple(dependencies), tuple(oddities), file.encoding, file.text.isascii()
    )


def _entries(value: str) -> list[str]:
    return [entry for entry in (" ".join(part.split()) for part in value.split(",")) if entry]
