"""DESCRIPTION: who a package is and what it needs."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rforge.package.dcf import MAX_ODDITIES, parse_dcf
from rforge.package.people import Person, parse_people

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rforge.package.dcf import Record
    from rforge.package.folder import FileText

HARD_FIELDS = ("Depends", "Imports", "LinkingTo")
"""What a package cannot do without."""

DEPENDENCY_FIELDS = (*HARD_FIELDS, "Suggests", "Enhances")

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
_URL = re.compile(r"""(?:https?|ftp)://[^\s,;<>"']+""")


@dataclass(frozen=True)
class Dependency:
    """One entry of a dependency field: `name`, and the versions of it that will do.

    The line of the file that the entry starts in (0: unknown) is no part of what two entries are compared by.
    """

    field: str
    name: str
    operator: str = ""
    version: str = ""
    line: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True)
class Description:
    """A DESCRIPTION file.

    Attributes:
        fields: every field as text.
        dependencies: the entries of Depends, Imports, LinkingTo, Suggests and Enhances, in that order.
        oddities: what R would refuse or ignore, a sentence each.
        encoding: the encoding that the file was read with.
        is_ascii: whether the file is plain ASCII, so that its encoding does not matter.
        lines: the line of each field.
        authors: the persons of Authors@R, as far as they can be read without R.
    """

    fields: Mapping[str, str]
    dependencies: tuple[Dependency, ...] = ()
    oddities: tuple[str, ...] = ()
    encoding: str = "utf-8"
    is_ascii: bool = True
    lines: Mapping[str, int] = dataclasses.field(default_factory=dict)
    authors: tuple[Person, ...] = ()

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

    @property
    def maintainer(self) -> str:
        """The maintainer as `Name <address>`, by Maintainer or by the role `cre`; empty where nobody is named."""
        if "Maintainer" in self.fields:
            return " ".join(self.fields["Maintainer"].split())
        return next((str(person) for person in self.authors if "cre" in person.roles), "")

    @property
    def remotes(self) -> tuple[str, ...]:
        """The entries of Remotes: where a development version of a dependency is installed from."""
        return tuple(_parts(self.fields.get("Remotes", "")))

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses in URL and BugReports, in that order."""
        places = ("URL", "BugReports")
        return tuple(url for place in places for url in _URL.findall(self.fields.get(place, "")))

    def declared(self, *fields: str) -> frozenset[str]:
        """The packages that the given dependency fields name, R itself left out; all fields if none is given."""
        wanted = fields or DEPENDENCY_FIELDS
        return frozenset(d.name for d in self.dependencies if d.field in wanted and d.name != "R")


def parse_description(file: FileText) -> Description:
    """The description in a file's text; it never fails, what makes no sense is an oddity."""
    record = parse_dcf(file.text)
    dependencies: list[Dependency] = []
    oddities = list(record.oddities)
    for place in DEPENDENCY_FIELDS:
        for line, entry in _entries(record, place):
            match = _DEPENDENCY.fullmatch(entry)
            if match is None:
                oddities.append(f"{place} has an entry that is no dependency: {entry!r}")
            else:
                dependencies.append(Dependency(place, match[1], match[2] or "", match[3] or "", line))
    return Description(
        record.fields,
        tuple(dependencies),
        tuple(oddities[:MAX_ODDITIES]),
        file.encoding,
        file.text.isascii(),
        record.lines,
        parse_people(record.fields.get("Authors@R", "")),
    )


def _entries(record: Record, place: str) -> Iterator[tuple[int, str]]:
    """What stands between the commas of a field, each with the line that it starts in."""
    words: list[str] = []
    start = 0
    for line, text in record.rows.get(place, ()):
        for index, part in enumerate(text.split(",")):
            if index and words:
                yield start, " ".join(words)
                words = []
            found = part.split()
            if found and not words:
                start = line
            words += found
    if words:
        yield start, " ".join(words)


def _parts(value: str) -> list[str]:
    return [part for part in (" ".join(part.split()) for part in value.split(",")) if part]
