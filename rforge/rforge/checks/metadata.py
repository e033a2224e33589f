"""DESCRIPTION: the fields that R asks for, and whether the code agrees with them (Writing R Extensions, 1.1.1, 1.1.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rforge.findings import Category, Finder, Place, Severity, first, listed
from rforge.package.description import STANDARD_PACKAGES
from rforge.package.version import is_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.findings import Finding
    from rforge.package.description import Description
    from rforge.package.survey import Package

_finding = Finder(Category.METADATA, "DESCRIPTION")
_REQUIRED = ("Package", "Version", "Title", "Description", "License")
_ABBREVIATED = re.compile(r"\s\.\.\.$|\bet\sal\.$")
_LICENCE_FILE = re.compile(r"\bfile\s+(LICEN[CS]E)\b")


def check_metadata(package: Package) -> Iterator[Finding]:
    """Findings about DESCRIPTION."""
    description = package.description
    if not package.misses("DESCRIPTION"):
        for oddity in first(description.oddities):
            yield _finding(Severity.ERROR, f"DESCRIPTION: {oddity}.", "Mend that line.")
        yield from _check_fields(description)
        yield from _check_people(description)
    yield from _check_versions(description)
    yield from _check_encoding(description)
    if not description.is_installed:
        yield from _check_licence_file(package)
    yield from _check_code(package)
    for path in package.unreadable:
        message, advice = f"{path} could not be read.", "Make it a file that you may read."
        yield _finding(Severity.WARNING, message, advice, file=path, cost=0.0)


def _check_fields(description: Description) -> Iterator[Finding]:
    lines = description.lines
    for field in _REQUIRED:
        if not description.fields.get(field):
            yield _finding(Severity.ERROR, f"The field {field} is missing.", f"Add the field {field}.")
    if description.name and not description.has_valid_name:
        message = f"{description.name!r} is no package name that R takes."
        advice = "Take a name of ASCII letters, digits and dots that begins with a letter."
        yield _finding(Severity.ERROR, message, advice, line=lines.get("Package", 0))
    if description.version and not is_version(description.version):
        message = f"{description.version!r} is no version that R takes."
        advice = "Take whole numbers, two at least, joined by dots."
        yield _finding(Severity.ERROR, message, advice, line=lines.get("Version", 0))
    if description.title.endswith(".") and not _ABBREVIATED.search(description.title):
        message, advice = "The title ends in a full stop.", "Take the full stop off the title."
        yield _finding(Severity.NOTE, message, advice, line=lines.get("Title", 0))


def _check_people(description: Description) -> Iterator[Finding]:
    if not {"Author", "Authors@R"} & set(description.fields):
        yield _finding(
            Severity.ERROR,
            "Nobody is named as author: Authors@R (or Author) is missing.",
            "Add the field Authors@R.",
        )
    elif not description.has_maintainer:
        yield _finding(
            Severity.ERROR,
            "Nobody is named as maintainer.",
            "Give somebody the role 'cre' in Authors@R.",
            line=description.lines.get("Authors@R", 0),
        )


def _check_versions(description: Description) -> Iterator[Finding]:
    for dependency in description.dependencies:
        version = dependency.version
        is_revision = dependency.name == "R" and re.fullmatch(r"r[0-9]+", version)
        if version and not is_version(version) and not is_revision:
            yield _finding(
                Severity.ERROR,
                f"{dependency.field} asks for {dependency.name} {version!r}, which is no version.",
                "Ask for a version of whole numbers, joined by dots.",
                line=dependency.line,
            )


def _check_encoding(description: Description) -> Iterator[Finding]:
    declared = description.fields.get("Encoding", "")
    if description.is_ascii:
        return
    if not declared:
        message, advice = "There are letters beyond ASCII, and no field Encoding.", "Add `Encoding: UTF-8`."
        yield _finding(Severity.WARNING, message, advice)
    elif declared.upper() == "UTF-8" and description.encoding != "utf-8":
        yield _finding(
            Severity.ERROR,
            "Encoding says UTF-8, and the file is not UTF-8.",
            "Save DESCRIPTION as UTF-8.",
            line=description.lines.get("Encoding", 0),
        )


def _check_licence_file(package: Package) -> Iterator[Finding]:
    for name in _LICENCE_FILE.findall(package.description.fields.get("License", "")):
        if name not in package.licence_files:
            yield _finding(
                Severity.ERROR,
                f"License points to the file {name}, which does not exist.",
                f"Write the file {name}, or name a licence that needs none.",
                line=package.description.lines.get("License", 0),
            )


def _check_code(package: Package) -> Iterator[Finding]:
    """What the code says about other packages; it can only be said when all of the code and of DESCRIPTION was read."""
    description, sources, namespace = package.description, package.sources, package.namespace
    if sources is None or namespace is None or package.misses("DESCRIPTION"):
        return
    undeclared = sources.used - description.declared() - STANDARD_PACKAGES - {description.name}
    if undeclared:
        yield _finding(
            Severity.WARNING,
            f"The code uses packages by '::' that DESCRIPTION does not declare: {listed(undeclared)}.",
            f"Name {listed(undeclared)} in Imports.",
            places=tuple(
                Place(use.file, use.line, f"{use.package}::{use.object}")
                for use in sources.uses
                if use.package in undeclared
            ),
        )
    unused = unused_imports(package)
    if unused:
        yield _finding(
            Severity.NOTE,
            f"Imports names packages that nothing is imported from: {listed(unused)}.",
            f"Take {listed(unused)} out of Imports, or import from it.",
            places=tuple(
                Place("DESCRIPTION", dependency.line, dependency.name)
                for dependency in description.dependencies
                if dependency.field == "Imports" and dependency.name in unused
            ),
        )


def unused_imports(package: Package) -> frozenset[str]:
    """Packages in Imports that no code and no directive uses; empty where that cannot be said."""
    description, sources, namespace = package.description, package.sources, package.namespace
    if sources is None or namespace is None or not sources.files or package.misses("R/", "NAMESPACE"):
        return frozenset()
    used = sources.mentioned | namespace.imported_packages
    return description.declared("Imports") - used - STANDARD_PACKAGES
