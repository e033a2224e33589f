"""man/: whether every export has a help page, as `tools::undoc` asks.

Left out, because R does not ask for them or the file alone cannot tell: names that start in a dot, objects that are
imported and exported again, and what a pattern exports. Where a whole package is imported, what the code here does not
define may be one of its objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.findings import Category, Finder, Place, Severity, listed
from rforge.package.namespace import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.findings import Finding
    from rforge.package.survey import Package

_finding = Finder(Category.DOCUMENTATION, "man")


def check_documentation(package: Package) -> Iterator[Finding]:
    """Findings about the help pages; undocumented exports cost their share of all exports."""
    manual, namespace = package.manual, package.namespace
    if manual is None or namespace is None or package.misses("man", "help"):
        return
    asked = (
        frozenset(name for name in namespace.exports if not name.startswith(".")) - namespace.imported_objects
    )
    undocumented = asked - manual.topics
    if any(imported == "" for _, imported, _ in namespace.imports):
        undocumented &= frozenset(package.sources.definitions if package.sources else ())
    if undocumented:
        yield _finding(
            Severity.WARNING,
            f"{len(undocumented)} of {len(asked)} exports have no help page: {listed(undocumented)}.",
            f"Write a help page for {listed(undocumented, 3)}.",
            places=tuple(
                Place(FILE, namespace.export_lines.get(name, 0), name) for name in sorted(undocumented)
            ),
            cost=len(undocumented) / len(asked),
        )
    has_objects = package.sources is not None and bool(package.sources.definitions)
    if not manual.pages and namespace.export_patterns and not asked and has_objects:
        yield _finding(
            Severity.WARNING,
            "There are exports, and no help page at all.",
            "Write help pages for what is exported.",
            cost=1.0,
        )
