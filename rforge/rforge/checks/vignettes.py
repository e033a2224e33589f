"""vignettes/: whether R can build them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.findings import Category, Finding, Severity, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.package.survey import Package


def check_vignettes(package: Package) -> Iterator[Finding]:
    """Findings about the vignettes; a package without any is fine."""
    vignettes, description = package.vignettes, package.description
    if vignettes is None or not vignettes.need_builder:
        return
    builders = frozenset(
        name.strip() for name in description.fields.get("VignetteBuilder", "").split(",")
    ) - {""}
    if not builders:
        yield _finding(
            Severity.WARNING,
            f"Vignettes need a builder ({vignettes.need_builder} of them), and the field VignetteBuilder is missing.",
            cost=1.0,
        )
    missing = builders - description.declared() - {description.name, "utils"}
    if missing:
        yield _finding(
            Severity.ERROR, f"VignetteBuilder names packages that nothing declares: {listed(missing)}."
        )


def _finding(severity: Severity, message: str, cost: float | None = None) -> Finding:
    return Finding(severity, Category.VIGNETTES, "DESCRIPTION", message, cost)
