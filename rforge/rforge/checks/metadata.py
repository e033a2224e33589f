"""DESCRIPTION: the fields that R asks for, and whether the code agrees with them (Writing R Extensions, 1.1.1, 1.1.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rforge.findings import Category, Finding, Severity, first, listed
from rforge.package.description import STANDARD_PACKAGES
from rforge.package.version import is_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.package.description import Description
    from rforge.package.survey import Package

_FILE = "DESCRIPTION"
_REQUIRED = ("Package", "Version", "Title", "Description", "License")
_LICENCE_FILE = re.compile(r"\bfile\s+(LICEN[CS]E)\b")


def check_metadata(package: Package) -> Iterator[Finding]:
    """Findings about DESCRIPTION."""
    description = package.description
    for oddity in first(description.oddities):
        yield _finding(Severity.ERROR, f"DESCRIPTION: {oddity}.")
    yield from _check_fields(description)
    yield from _check_people(description)
    yield from _check_versions(description)
    yield from _check_encoding(description)
    if not description.is_installed:
        yield from _check_licence_file(package)
    yield from _check_code(package)
    for path in package.unreadable:
        yield Finding(Severity.WARNING, Category.METADATA, path, f"{path} could not be read.", cost=0.0)


def _check_fields(description: Description) -> Iterator[Finding]:
    for field in _REQUIRED:
        if not description.fields.get(field):
            yield _finding(Severity.ERROR, f"The field {field} is missing.")
    if description.name and not description.has_valid_name:
        yield _finding(Severity.ERROR, f"{description.name!r} is no package name that R takes.")
    if description.version and not is_version(description.version):
        yield _finding(Severity.ERROR, f"{description.version!r} is no version that R takes.")
    if description.title.endswith("."):
        yield _finding(Severity.NOTE, "The title ends in a full stop.")


def _check_people(description: Description) -> Iterator[Finding]:
    if not {"Author", "Authors@R"} & set(description.fields):
        yield _finding(Severity.ERROR, "Nobody is named as author: Authors@R (or Author) is missing.")
    elif not description.has_maintainer:
        yield _finding(
            Severity.ERROR, "Nobody is named as maintainer: give somebody the role 'cre' in Authors@R."
        )


def _check_versions(description: Description) -> Iterator[Finding]:
    for dependency in description.dependencies:
        version = dependency.version
        is_revision = dependency.name == "R" and re.fullmatch(r"r[0-9]+", version)
        if version and not is_version(version) and not is_revision:
            yield _finding(
                Severity.ERROR,
                f"{dependency.field} asks for {dependency.name} {version!r}, which is no version.",
            )


def _check_encoding(description: Description) -> Iterator[Finding]:
    declared = description.fields.get("Encoding", "")
    if description.is_ascii:
        return
    if not declared:
        yield _finding(Severity.WARNING, "There are letters beyond ASCII, and no field Encoding.")
    elif declared.upper() == "UTF-8" and description.encoding != "utf-8":
        yield _finding(Severity.ERROR, "Encoding says UTF-8, and the file is not UTF-8.")


def _check_licence_file(package: Package) -> Iterator[Finding]:
    for name in _LICENCE_FILE.findall(package.description.fields.get("License", "")):
        if name not in package.licence_files:
            yield _finding(Severity.ERROR, f"License points to the file {name}, which does not exist.")


def _check_code(package: Package) -> Iterator[Finding]:
    """What the code says about other packages; it can only be said when all of the code was read."""
    description, sources, namespace = package.description, package.sources, package.namespace
    if sources is None or namespace is None:
        return
    undeclared = sources.used - description.declared() - STANDARD_PACKAGES - {description.name}
    if undeclared:
        yield _finding(
            Severity.WARNING,
            f"The code uses packages by '::' that DESCRIPTION does not declare: {listed(undeclared)}.",
        )
    unused = (
        description.declared("Imports") - sources.mentioned - namespace.imported_packages - STANDARD_PACKAGES
    )
    if unused and sources.files:
        yield _finding(
            Severity.NOTE, f"Imports names packages that nothing is imported from: {listed(unused)}."
        )


def _finding(severity: Severity, message: str) -> Finding:
    return Finding(severity, Category.METADATA, _FILE, message)
