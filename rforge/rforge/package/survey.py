"""A package folder read part by part, until everything is read or the time is up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rforge.errors import TimeBudgetExceeded
from rforge.package.description import Description, parse_description
from rforge.package.folder import FileText, PackageFolder
from rforge.package.manual import Manual, read_installed_manual, read_manual
from rforge.package.namespace import Namespace, read_namespace
from rforge.package.news import News, read_news
from rforge.package.sources import Sources, read_sources
from rforge.package.testing import Suite, read_testing
from rforge.package.vignettes import Vignettes, read_vignettes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rforge.deadline import Deadline


@dataclass(frozen=True)
class Package:
    """Everything that was read of one package.

    A part that is None was not read: time ran out (then it is in `unread`), or an installed package has no such part.

    Attributes:
        folder: where it lies, relative to the folder that was asked for.
        licence_files: the files that DESCRIPTION's License may name and that exist.
        unread: names of the parts for which there was no time.
        unreadable: paths that could not be read.
    """

    folder: str
    description: Description
    namespace: Namespace | None = None
    sources: Sources | None = None
    manual: Manual | None = None
    testing: Suite | None = None
    news: News | None = None
    vignettes: Vignettes | None = None
    licence_files: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


_SOURCE_PARTS: Mapping[str, Callable[[PackageFolder], Any]] = {
    "namespace": read_namespace,
    "news": read_news,
    "vignettes": read_vignettes,
    "manual": read_manual,
    "testing": read_testing,
    "sources": read_sources,
}
_INSTALLED_PARTS: Mapping[str, Callable[[PackageFolder], Any]] = {
    "namespace": read_namespace,
    "news": read_news,
    "manual": read_installed_manual,
}


def survey(root: Path, name: str, deadline: Deadline) -> Package:
    """Read the package in folder `root`; its report calls that folder `name`.

    Time that runs out is no error here: what is missing is in the package's `unread`.
    """
    folder = PackageFolder(root, deadline)
    values: dict[str, Any] = {}
    try:
        description = parse_description(folder.read("DESCRIPTION") or FileText("", "utf-8"))
    except TimeBudgetExceeded:
        return Package(name, Description({}), unread=("description", *_SOURCE_PARTS))
    parts = _INSTALLED_PARTS if description.is_installed else _SOURCE_PARTS
    try:
        values["licence_files"] = tuple(path for path in ("LICENSE", "LICENCE") if folder.has(path))
        for part, read in parts.items():
            values[part] = read(folder)
    except TimeBudgetExceeded:
        values["unread"] = tuple(part for part in parts if part not in values)
    return Package(name, description, unreadable=tuple(folder.unreadable), **values)
