"""Mode optimize: what costs time or space.

How heavy a dependency is can only be said of packages that R has installed on this machine; of the others it is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.checks.metadata import unused_imports
from rforge.lenses.lens import Lens
from rforge.package.description import HARD_FIELDS, STANDARD_PACKAGES
from rforge.package.library import find_library
from rforge.report import table
from rforge.request import Mode

if TYPE_CHECKING:
    from rforge.examined import Examined, Judged
    from rforge.report import Block, Table, Value

LARGE_BYTES = 1_000_000
"""CRAN asks about data and documentation beyond 5 MB in all; a single file of 1 MB is most of the way."""

SHOWN = 20


def blocks(examined: Examined) -> tuple[Block, ...]:
    """Dependencies by weight, unused ones, large files, slow tests, and the order of loading."""
    return (
        _dependencies(examined),
        _unused(examined),
        _large_files(examined),
        _slow_tests(examined),
        _load_order(examined),
    )


def _dependencies(examined: Examined) -> Table:
    library = find_library(examined.deadline)
    rows: list[tuple[Value, ...]] = []
    for judged in examined.focus:
        for name in sorted(_needed(judged)):
            examined.deadline.check()
            brings = library.recursive(name)
            rows.append(
                (
                    judged.name,
                    name,
                    None if brings is None else len(brings),
                    library.installed_bytes(name) or None,
                    _uses(judged, name),
                )
            )
    rows.sort(key=lambda row: (row[2] is None, -int(str(row[2] or 0)), str(row[0]), str(row[1])))
    columns = {
        "package": "Package",
        "dependency": "Dependency",
        "brings": "Packages it brings",
        "bytes": "Bytes installed",
        "uses": "Objects used by name",
    }
    return table("dependencies_by_weight", "Dependencies, the heaviest first", columns, rows[:SHOWN])


def _needed(judged: Judged) -> frozenset[str]:
    return judged.package.description.declared(*HARD_FIELDS) - STANDARD_PACKAGES


def _uses(judged: Judged, name: str) -> int | None:
    """How many objects of `name` are named: few of a heavy package can be replaced. None where all of it is imported, or without sources."""
    namespace, sources = judged.package.namespace, judged.package.sources
    if namespace is None or sources is None:
        return None
    imported = {thing for package, thing, _ in namespace.imports if package == name}
    if "" in imported:
        return None
    named = {use.object for use in sources.uses if use.package == name}
    return len(imported | named)


def _unused(examined: Examined) -> Table:
    rows: list[tuple[Value, ...]] = [
        (judged.name, name) for judged in examined.focus for name in sorted(unused_imports(judged.package))
    ]
    columns = {"package": "Package", "dependency": "Dependency"}
    return table("unused_imports", "Imports that nothing uses", columns, rows)


def _large_files(examined: Examined) -> Table:
    rows: list[tuple[Value, ...]] = [
        (judged.name, file.path, file.bytes)
        for judged in examined.focus
        if judged.package.inventory is not None
        for file in judged.package.inventory.files
        if file.bytes >= LARGE_BYTES
    ]
    rows.sort(key=lambda row: -int(str(row[2])))
    columns = {"package": "Package", "file": "File", "bytes": "Bytes"}
    return table(
        "large_files",
        f"Files of {LARGE_BYTES // 1_000_000} MB or more that users would get",
        columns,
        rows[:SHOWN],
    )


def _slow_tests(examined: Examined) -> Table:
    timings = [(judged.name, timing) for judged in examined.focus for timing in judged.package.timings or ()]
    timings.sort(key=lambda entry: -entry[1].elapsed_s)
    rows: list[tuple[Value, ...]] = [
        (name, timing.name, timing.elapsed_s, timing.file) for name, timing in timings[:SHOWN]
    ]
    columns = {"package": "Package", "name": "Test or example", "elapsed_s": "Seconds", "file": "Found in"}
    empty = "no timings found (JUnit XML of tests, or -Ex.timings of R CMD check)"
    return table("slow_tests", "Slowest tests and examples", columns, rows, empty)


def _load_order(examined: Examined) -> Table:
    """R loads what a package needs before the package; each step needs only the steps before it."""
    rows: list[tuple[Value, ...]] = []
    names = {judged.name for judged in examined.focus}
    for number, level in enumerate(examined.ecosystem.levels(), start=1):
        for name in level:
            if name in names:
                description = examined.by_name[name].package.description
                attached = tuple(sorted(description.declared("Depends") - STANDARD_PACKAGES))
                rows.append((number, name, tuple(sorted(examined.ecosystem.needed_by(name))), attached))
    columns = {"step": "Step", "package": "Package", "after": "After", "attaches": "Attaches too (Depends)"}
    return table("load_order", "Order of loading", columns, rows)


LENS = Lens(
    Mode.OPTIMIZE, frozenset(("namespace", "sources", "inventory", "timings", "check_results")), blocks
)
