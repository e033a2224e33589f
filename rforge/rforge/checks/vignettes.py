"""vignettes/: whether R can build them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.findings import Category, Finder, Severity, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.findings import Finding
    from rforge.package.survey import Package

_finding = Finder(Category.VIGNETTES, "DESCRIPTION")


def check_vignettes(package: Package) -> Iterator[Finding]:
    """Findings about the vignettes; a package without any is fine."""
    vignettes, description = package.vignettes, package.description
    if vignettes is None or not vignettes.need_builder:
        return
    named = description.fields.get("VignetteBuilder", "").split(",")
    builders = frozenset(name.strip() for name in named) - {""}
    if not builders:
        yield _finding(
            Severity.WARNING,
            f"Vignettes need a builder ({vignettes.need_builder} of them), and the field VignetteBuilder is missing.",
            "Add the field VignetteBuilder, mostly `knitr`, and name the builder in Suggests.",
            cost=1.0,
        )
    missing = builders - description.declared() - {description.name, "utils"}
    if missing:
        yield _finding(
            Severity.ERROR,
            f"VignetteBuilder names packages that nothing declares: {listed(missing)}.",
            f"Name {listed(missing)} in Suggests.",
            line=description.lines.get("VignetteBuilder", 0),
        )
