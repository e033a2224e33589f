"""`detect`: what kind of project this is, and which tools it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.budgets import QUICK_S
from rforge.commands.command import Command
from rforge.commands.status import kind_of
from rforge.report import Group, Groups, facts

if TYPE_CHECKING:
    from rforge.examined import Examined, Judged
    from rforge.report import Block, Facts, Value

_META_SHARE = 0.5


def blocks(examined: Examined) -> tuple[Block, ...]:
    """What the folder is, and a group for each package."""
    return (
        _project(examined),
        Groups("packages", tuple(_group(judged, examined) for judged in examined.focus)),
    )


def _project(examined: Examined) -> Facts:
    packages, ecosystem = examined.packages, examined.ecosystem
    metas = tuple(judged.name for judged in packages if is_meta_package(judged, examined))
    installed = sum(judged.package.description.is_installed for judged in packages)
    return facts(
        "project",
        "Project",
        {
            "structure": (
                "Structure",
                _structure(len(packages), installed, sum(map(len, ecosystem.inside.values()))),
            ),
            "package_count": ("Packages", len(packages)),
            "installed_count": ("Of them installed", installed),
            "meta_packages": ("Meta-packages", metas),
            "internal_dependencies": ("Dependencies among them", sum(map(len, ecosystem.inside.values()))),
        },
    )


def _structure(packages: int, installed: int, dependencies: int) -> str:
    if packages == 1:
        return "single package"
    if installed == packages:
        return "library of installed packages"
    return "ecosystem of packages that depend on each other" if dependencies else "separate packages"


def is_meta_package(judged: Judged, examined: Examined) -> bool:
    """Whether the package is there to bring others: it needs two here at least, and they are half of all that it needs."""
    name = judged.name
    inside = examined.ecosystem.needed_by(name)
    outside = examined.ecosystem.needed_from_outside(name)
    is_used = bool(examined.ecosystem.users_of(name, hard=True))
    return len(inside) > 1 and len(inside) >= _META_SHARE * len(inside | outside) and not is_used


def _group(judged: Judged, examined: Examined) -> Group:
    description = judged.package.description
    fields, git = description.fields, judged.package.git
    values: dict[str, tuple[str, Value]] = {
        "package": ("Package", judged.name),
        "version": ("Version", description.version),
        "folder": ("Folder", judged.package.folder),
        "kind": ("Kind", kind_of(judged)),
        "is_meta": ("Meta-package", is_meta_package(judged, examined)),
        "licence": ("Licence", fields.get("License", "")),
        "maintainer": ("Maintainer", description.maintainer),
        "roxygen": ("roxygen2", fields.get("RoxygenNote") or fields.get("Config/roxygen2/version", "")),
        "tests": ("Tests", judged.package.testing.framework if judged.package.testing else None),
        "testthat_edition": ("testthat edition", fields.get("Config/testthat/edition", "")),
        "vignette_builder": ("Vignette builder", fields.get("VignetteBuilder", "")),
        "compiled_code": ("Compiled code", _is_compiled(judged)),
        "tools": ("Tools", judged.package.tools),
        "remotes": ("Remotes", description.remotes),
        "branch": ("Git branch", git.branch if git else None),
        "changed_files": ("Changed files", git.changed if git else None),
        "tag": ("Git tag", git.tag if git else None),
    }
    return Group(f"{judged.name} {description.version}", (facts("", "", values),))


def _is_compiled(judged: Judged) -> bool:
    namespace, description = judged.package.namespace, judged.package.description
    loads_library = bool(namespace and namespace.libraries)
    return loads_library or description.fields.get("NeedsCompilation", "") == "yes"


COMMAND = Command(
    name="detect",
    summary="What kind of R project a folder is: packages, how they belong together, and the tools that they use.",
    budget_s=QUICK_S,
    parts=frozenset(("namespace", "testing", "git", "tools")),
    blocks=blocks,
)
