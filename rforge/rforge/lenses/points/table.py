"""The points of a release in the order in which they are told.

Sources: CRAN Repository Policy; Writing R Extensions, 1.1 to 1.6; the checks of `R CMD check --as-cran`. What cannot be
known from the files alone is UNKNOWN, and never taken for ready.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.lenses.points import checking, contents, documentation, identity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rforge.examined import Examined, Judged
    from rforge.lenses.points.answer import Answer

POINTS: Mapping[str, Callable[[Judged, Examined], Answer]] = {
    "sources": identity.ask_sources,
    "DESCRIPTION": identity.ask_description,
    "title and description": identity.ask_wording,
    "version": identity.ask_version,
    "NEWS": documentation.ask_news,
    "licence": identity.ask_licence,
    "maintainer": identity.ask_maintainer,
    "dependencies": identity.ask_dependencies,
    "documentation of exports": documentation.ask_documentation,
    "examples and values": documentation.ask_examples,
    "URLs": documentation.ask_urls,
    "tests": checking.ask_tests,
    "vignettes": documentation.ask_vignettes,
    "file sizes": contents.ask_size,
    "git": contents.ask_git,
    "R CMD check": checking.ask_check,
}
