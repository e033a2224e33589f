"""NAMESPACE: whether R can load it, and whether DESCRIPTION agrees with it (Writing R Extensions, 1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.findings import Category, Finder, Place, Severity, first, listed
from rforge.package.description import STANDARD_PACKAGES
from rforge.package.namespace import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.findings import Finding
    from rforge.package.namespace import Namespace
    from rforge.package.survey import Package

_finding = Finder(Category.NAMESPACE, FILE)


def check_namespace(package: Package) -> Iterator[Finding]:
    """Findings about NAMESPACE."""
    namespace = package.namespace
    if namespace is None:
        return
    if not namespace.present:
        yield _finding(
            Severity.ERROR,
            "There is no NAMESPACE, and R builds no package without one.",
            "Write NAMESPACE, or let roxygen2 write it.",
            cost=1.0,
        )
        return
    if not package.misses(FILE):
        for oddity in first(namespace.oddities):
            yield _finding(Severity.ERROR, f"NAMESPACE, {oddity}.", "Mend that line.")
        yield from _check_exports(package, namespace)
    if not package.misses("DESCRIPTION"):
        yield from _check_imports(package, namespace)


def _check_imports(package: Package, namespace: Namespace) -> Iterator[Finding]:
    required = package.description.declared("Depends", "Imports")
    missing = namespace.needed_packages - required - STANDARD_PACKAGES
    if missing:
        yield _finding(
            Severity.ERROR,
            f"NAMESPACE imports packages that are in neither Depends nor Imports: {listed(missing)}.",
            f"Name {listed(missing)} in Imports.",
            places=tuple(
                Place(FILE, line, f"{name}::{imported}" if imported else name)
                for name, imported, line in namespace.imports
                if name in missing
            ),
        )


def _check_exports(package: Package, namespace: Namespace) -> Iterator[Finding]:
    exports_classes = any(d.name.startswith(("exportClass", "exportMethods")) for d in namespace.directives)
    exports_nothing = not (namespace.exports or namespace.export_patterns or exports_classes)
    has_code = package.sources is not None and package.sources.files > 0
    if exports_nothing and has_code:
        yield _finding(
            Severity.NOTE, "There is code, and nothing is exported to its users.", "Export what users call."
        )
    if namespace.export_patterns:
        patterns = ", ".join(namespace.export_patterns)
        yield _finding(
            Severity.INFO, f"Objects are exported by pattern ({patterns}); name them to keep control."
        )
    if package.sources is not None and package.sources.roxygen_blocks and not namespace.by_roxygen:
        yield _finding(Severity.INFO, "The code has roxygen comments, and NAMESPACE is written by hand.")
