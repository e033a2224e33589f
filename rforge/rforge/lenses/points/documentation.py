"""What users read: news, help pages, addresses, vignettes (Writing R Extensions, 1.4 and 2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rforge.findings import Category, listed
from rforge.lenses.points.answer import (
    answer_of_checks,
    from_whole_description,
    problem,
    ready,
    unknown,
)
from rforge.report import Readiness

if TYPE_CHECKING:
    from rforge.examined import Examined, Judged
    from rforge.lenses.points.answer import Answer

_URL = re.compile(r"https?://[^\s<>\"'{}|\\^`]+")


def ask_news(judged: Judged, _: Examined) -> Answer:
    """Whether the news speak of this version."""
    readiness, evidence = answer_of_checks(judged, Category.NEWS)
    news = judged.package.news
    if readiness is not Readiness.READY or news is None:
        return readiness, evidence
    if not news.latest:
        return unknown("The headings of the news do not say up to which version they go.")
    return ready(f"{news.file} goes up to {news.latest}")


def ask_documentation(judged: Judged, _: Examined) -> Answer:
    """Whether every export has a help page."""
    readiness, evidence = answer_of_checks(judged, Category.DOCUMENTATION)
    namespace = judged.package.namespace
    if readiness is Readiness.READY and namespace and namespace.export_patterns:
        return unknown("What is exported by pattern was not compared with the help pages.")
    return readiness, evidence


def ask_examples(judged: Judged, _: Examined) -> Answer:
    """Whether the help pages of functions have examples, and say what is returned: CRAN's reviewers ask for both."""
    manual, namespace = judged.package.manual, judged.package.namespace
    if manual is None or namespace is None or judged.package.description.is_installed:
        return unknown("help pages were not examined")
    pages = [page for page in manual.documents if page.topics & namespace.exports and not page.is_internal]
    without = frozenset(page.name for page in pages if not page.has_examples)
    silent = frozenset(page.name for page in pages if not page.has_value)
    faults = [f"No examples: {listed(without)}."] if without else []
    faults += [f"No \\value: {listed(silent)}."] if silent else []
    if faults:
        return problem(" ".join(faults))
    if judged.package.misses("man", "NAMESPACE"):
        return unknown("Not every help page could be read.")
    if namespace.export_patterns:
        return unknown("The pages of what is exported by pattern were not examined.")
    return ready(f"{len(pages)} pages of exports")


@from_whole_description
def ask_urls(judged: Judged, _: Examined) -> Answer:
    """Whether the URLs are written as URLs, and as https; whether they answer is not asked: rforge sends nothing anywhere."""
    manual, fields = judged.package.manual, judged.package.description.fields
    named = re.split(r"[,\s]+", f"{fields.get('URL', '')} {fields.get('BugReports', '')}".strip())
    urls = [url for url in named if url] + [
        url
        for page in (manual.documents if manual else ())
        for url in page.urls
        if not url.startswith(("mailto:", "ftp://"))  # addresses too, which nothing is asked of
    ]
    bad = frozenset(url for url in urls if not _URL.fullmatch(url))
    plain = frozenset(url for url in urls if url.startswith("http://"))
    if bad:
        return problem(f"These are no URLs: {listed(bad)}.")
    if plain:
        return problem(f"Not https: {listed(plain)}.")
    return (
        ready(f"{len(urls)} are well-formed; whether they answer was not asked")
        if urls
        else ready("there are none")
    )


def ask_vignettes(judged: Judged, _: Examined) -> Answer:
    """Whether the vignettes can be built."""
    return answer_of_checks(judged, Category.VIGNETTES)
