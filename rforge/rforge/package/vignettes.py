"""vignettes/: the long documents of a package (Writing R Extensions, 1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rforge.package.folder import PackageFolder

SWEAVE = (".Rnw", ".Snw", ".rnw", ".snw", ".Rtex", ".Stex")
"""What R itself builds; every other ending needs a builder."""

BUILT_BY_PACKAGES = (".Rmd", ".rmd", ".qmd", ".Rmarkdown", ".Rhtml", ".Rrst", ".rsp", ".asis")


@dataclass(frozen=True)
class Vignettes:
    """How many vignettes there are, and how many of them need a builder that DESCRIPTION names."""

    files: int = 0
    need_builder: int = 0


def read_vignettes(folder: PackageFolder) -> Vignettes:
    """The vignettes of the package in `folder`."""
    need_builder = len(folder.files("vignettes", BUILT_BY_PACKAGES))
    return Vignettes(len(folder.files("vignettes", SWEAVE)) + need_builder, need_builder)
