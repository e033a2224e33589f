"""NEWS: whether users are told what changed in the version at hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rforge.findings import Category, Finder, Severity
from rforge.package.news import FILES
from rforge.package.version import is_development, is_version, version_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.findings import Finding
    from rforge.package.news import News
    from rforge.package.survey import Package

_finding = Finder(Category.NEWS, "NEWS.md")


def check_news(package: Package) -> Iterator[Finding]:
    """Findings about the news file."""
    news, version = package.news, package.description.version
    if news is None:
        return
    if not news.file:
        looked_for = ", ".join(path for path in FILES if path != "NEWS.Rd")
        yield _finding(
            Severity.NOTE,
            f"There is no news file ({looked_for}).",
            "Write NEWS.md: what changed for users, version by version.",
            cost=1.0,
        )
    elif not news.latest and not news.unreleased:
        yield _finding(
            Severity.INFO,
            "Its headings do not say up to which version it goes, so it cannot be compared.",
            file=news.file,
        )
    elif is_version(version):
        yield from _compare(news, version)


def _compare(news: News, version: str) -> Iterator[Finding]:
    if is_development(version):
        released = ".".join(re.split(r"[.-]", version)[:3])
        if not news.unreleased and news.latest and version_key(news.latest) < version_key(released):
            yield _finding(
                Severity.NOTE,
                f"It says nothing yet about {version}.",
                "Begin a section for the development version.",
                file=news.file,
            )
        return
    told, own = (version_key(text) if text else () for text in (news.latest, version))
    if told == own:
        return
    if told > own:
        message = f"Its latest version is {news.latest}, and DESCRIPTION is still at {version}."
    elif news.unreleased:
        message = f"It still speaks of a development version, and DESCRIPTION says {version}."
    else:
        message = f"It stops at {news.latest}, and DESCRIPTION says {version}."
    advice = "Make the first heading and the field Version name the same version."
    yield _finding(Severity.WARNING, message, advice, file=news.file)
