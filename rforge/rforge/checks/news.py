"""NEWS: whether users are told what changed in the version at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.findings import Category, Finding, Severity
from rforge.package.news import FILES
from rforge.package.version import is_development, is_version, version_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.package.news import News
    from rforge.package.survey import Package


def check_news(package: Package) -> Iterator[Finding]:
    """Findings about the news file."""
    news, version = package.news, package.description.version
    if news is None:
        return
    if not news.file:
        looked_for = ", ".join(path for path in FILES if path != "NEWS.Rd")
        yield _finding(Severity.NOTE, "NEWS.md", f"There is no news file ({looked_for}).", cost=1.0)
    elif not news.latest and not news.unreleased:
        yield _finding(
            Severity.INFO, news.file, "No heading in it names a version, so it cannot be compared."
        )
    elif is_version(version):
        yield from _compare(news, version)


def _compare(news: News, version: str) -> Iterator[Finding]:
    if is_development(version):
        if not news.unreleased and news.latest and version_key(news.latest) < version_key(version)[:3]:
            yield _finding(Severity.NOTE, news.file, f"It says nothing yet about {version}.")
        return
    if news.latest and version_key(news.latest) == version_key(version):
        return
    if news.latest and version_key(news.latest) > version_key(version):
        message = f"Its latest version is {news.latest}, and DESCRIPTION is still at {version}."
    elif news.unreleased:
        message = f"It still speaks of a development version, and DESCRIPTION says {version}."
    else:
        message = f"It stops at {news.latest}, and DESCRIPTION says {version}."
    yield _finding(Severity.WARNING, news.file, message)


def _finding(severity: Severity, file: str, message: str, cost: float | None = None) -> Finding:
    return Finding(severity, Category.NEWS, file, message, cost)
