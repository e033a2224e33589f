"""man/: whether every export has a help page, as `tools::undoc` asks.

Left out, because R does not ask for them or the file alone cannot tell: names that start in a dot, objects that are
imported and exported again, and what a pattern exports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.findings import Category, Finding, Severity, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.package.survey import Package


def check_documentation(package: Package) -> Iterator[Finding]:
    """Findings about the help pages; undocumented exports cost their share of all exports."""
    manual, namespace = package.manual, package.namespace
    if manual is None or namespace is None:
        return
    asked = (
        frozenset(name for name in namespace.exports if not name.startswith(".")) - namespace.imported_objects
    )
    undocumented = asked - manual.topics
    if undocumented:
        yield Finding(
            Severity.WARNING,
            Category.DOCUMENTATION,
            "man",
            f"{len(undocumented)} of {len(asked)} exports have no help page: {listed(undocumented)}.",
            cost=len(undocumented) / len(asked),
        )
    if not manual.pages and (namespace.export_patterns and not asked):
        yield Finding(
            Severity.WARNING,
            Category.DOCUMENTATION,
            "man",
            "There are exports, and no help page at all.",
            cost=1.0,
        )
