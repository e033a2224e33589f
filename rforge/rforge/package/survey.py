"""A package folder read part by part, until everything is read or the time is up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rforge.errors import TimeBudgetExceeded
from rforge.package.check_results import CheckResults, read_check_results
from rforge.package.description import Description
from rforge.package.folder import PackageFolder, Read
from rforge.package.inventory import Inventory, read_inventory
from rforge.package.manual import Manual, read_installed_manual, read_manual
from rforge.package.namespace import Namespace, read_namespace
from rforge.package.news import News, read_news
from rforge.package.repository import GitState, read_git
from rforge.package.sources import Sources, read_sources
from rforge.package.testing import Suite, read_testing
from rforge.package.timings import Timing, read_timings
from rforge.package.tooling import read_tools
from rforge.package.vignettes import Vignettes, read_vignettes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from rforge.deadline import Deadline


@dataclass(frozen=True)
class Package:
    """Everything that was read of one package.

    A part that is None was not read: time ran out (then it is in `unread`), nobody asked for it, nothing of it may be
    read (then that is in `unreadable`), or an installed package has no such part. Where a package lies in no
    repository, `git` is None; without a check, `check_results` is.

    Attributes:
        folder: where it lies, relative to the folder that was asked for.
        licence_files: the files that DESCRIPTION's License may name and that exist.
        has_data: whether it has data sets, which `package::name` finds although NAMESPACE does not export them.
        unread: names of the parts for which there was no time.
        unreadable: paths that could not be read.
        reads: the files that were read, in order.
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
    has_data: bool = False
    unread: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    inventory: Inventory | None = None
    git: GitState | None = None
    check_results: CheckResults | None = None
    timings: tuple[Timing, ...] | None = None
    tools: tuple[str, ...] | None = None
    reads: tuple[Read, ...] = ()

    def misses(self, *places: str) -> bool:
        """Whether a file in one of `places` could not be read whole, so that nobody knows what is not in it."""
        return any(path.startswith(places) for path in self.unreadable)


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


_ON_REQUEST: Mapping[str, Callable[[PackageFolder], Any]] = {
    "git": read_git,
    "check_results": read_check_results,
    "timings": read_timings,
    "inventory": read_inventory,
    "tools": read_tools,
}

_NOTHING: Mapping[str, object] = {
    "namespace": Namespace(present=False),
    "news": News(),
    "vignettes": Vignettes(),
    "manual": Manual(),
    "testing": Suite(),
    "sources": Sources(),
}
"""What a part is where there is nothing of it; or where nothing of it may be read, and then nobody knows."""

JUDGED_PARTS = frozenset(_SOURCE_PARTS)
"""The parts that judge a package. The description is always read; the others are asked for by name."""

ON_REQUEST = frozenset(_ON_REQUEST)
"""The parts that cost more, or are not about the package's contents."""


def survey(root: Path, name: str, deadline: Deadline, parts: Collection[str] = JUDGED_PARTS) -> Package:
    """Read the package in folder `root`; its report calls that folder `name`.

    Time that runs out is no error here: what is missing is in the package's `unread`.

    Args:
        root: the package's folder.
        name: what the report calls it.
        deadline: when to stop.
        parts: names of the attributes of `Package` that are wanted.
    """
    folder = PackageFolder(root, deadline)
    values: dict[str, Any] = {}
    try:
        description = folder.description
    except TimeBudgetExceeded:
        wanted = [part for part in (*_SOURCE_PARTS, *_ON_REQUEST) if part in parts]
        return Package(name, Description({}), unread=("description", *wanted))
    readers = _INSTALLED_PARTS if description.is_installed else {**_SOURCE_PARTS, **_ON_REQUEST}
    readers = {part: read for part, read in readers.items() if part in parts}
    try:
        values["licence_files"] = tuple(path for path in ("LICENSE", "LICENCE") if folder.has(path))
        values["has_data"] = bool(folder.files("data", ("",)))
        for part, read in readers.items():
            before = len(folder.unreadable)
            value = read(folder)
            is_hidden = len(folder.unreadable) > before and value == _NOTHING.get(part)
            values[part] = None if is_hidden else value
    except TimeBudgetExceeded:
        values["unread"] = tuple(part for part in readers if part not in values)
    return Package(
        name, description, unreadable=tuple(folder.unreadable), reads=tuple(folder.reads), **values
    )
