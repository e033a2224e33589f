"""Which tools a package is developed with, by the files that they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rforge.package.folder import PackageFolder

_FILES = {
    "codecov": ("codecov.yml", ".codecov.yml"),
    "GitHub Actions": (".github/workflows",),
    "lintr": (".lintr",),
    "pkgdown": ("_pkgdown.yml", "_pkgdown.yaml", "pkgdown/_pkgdown.yml", "inst/_pkgdown.yml"),
    "renv": ("renv.lock",),
}


def read_tools(folder: PackageFolder) -> tuple[str, ...]:
    """The names of the tools that are set up in `folder`, sorted."""
    return tuple(
        tool
        for tool, paths in _FILES.items()
        if any(folder.has(path) or folder.files(path, (".yml", ".yaml")) for path in paths)
    )
