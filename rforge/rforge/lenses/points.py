"""The points of a release to CRAN; each looks at one thing and says what it saw.

Sources: CRAN Repository Policy; Writing R Extensions, 1.1 to 1.6; the checks of `R CMD check --as-cran`. What cannot be
known from the files alone is UNKNOWN, and never taken for ready.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rforge.findings import Category, Severity, listed
from rforge.lenses.r_check import run_check
from rforge.package.version import is_development, is_version, version_key
from rforge.report import Readiness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rforge.examined import Examined, Judged
    from rforge.package.check_results import CheckResults

    Answer = tuple[Readiness, str]

MAX_BYTES = 5_000_000
"""CRAN asks that neither data nor documentation exceed 5 MB, and a source package should not either."""

_LICENCE = re.compile(
    r"(?:[AL]?GPL|Apache License|MPL|EUPL|Artistic License)(?: \((?:[<>=]=?) ?[0-9.]+\))?(?: ?\+ ?file LICEN[CS]E)?"
    r"|(?:A?GPL-3|L?GPL-[23]|LGPL-2\.1|Apache License 2\.0|Artistic-2\.0|MPL-[12]\.[01]|EUPL-1\.1|BSL-1\.0|EPL)(?: ?\+ ?file LICEN[CS]E)?"
    r"|(?:CC0|CC BY(?:-SA)? 4\.0|Unlimited)(?: ?\+ ?file LICEN[CS]E)?"
    r"|(?:BSD_[23]_clause|MIT) ?\+ ?file LICEN[CS]E"
)
"""As R's `analyze_license` and its `license.db` take them, free ones alone; MIT and BSD are templates that a file fills in."""

_TEMPLATE = re.compile(r"MIT|BSD_[23]_clause")
_URL = re.compile(r"https?://[^\s<>\"'{}|\\^`]+")
_SMALL_WORD = re.compile(
    r"above|after|aka|al|all|along|also|among|an|and|any|are|as|at|be|both|but|by|can|en|et|few|for|from|ggplot2|if|in"
    r"|into|is|it|jars?|less|log|many|may|more|ncdf|nor|not|of|on|or|over|per|rgl|rpart|so|some|than|that|the|their|then"
    r"|this|to|under|until|using|via|von|vs|when|where|which|will|with|without|xlsx?|yet|you|your"
)
"""What `tools::toTitleCase` leaves in small letters."""


def _ready(evidence: str) -> Answer:
    return Readiness.READY, evidence


def _problem(evidence: str) -> Answer:
    return Readiness.PROBLEM, evidence


def _unknown(evidence: str) -> Answer:
    return Readiness.UNKNOWN, evidence


def _findings_of(judged: Judged, category: Category) -> Answer:
    """The answer that the everyday checks of a part give."""
    bad = [f for f in judged.findings if f.category is category and f.severity is not Severity.INFO]
    was_examined = any(part.category is category and part.points is not None for part in judged.health.parts)
    if bad:
        return _problem(" ".join(finding.message for finding in bad))
    return _ready("nothing found") if was_examined else _unknown("it was not examined")


def ask_sources(judged: Judged, _: Examined) -> Answer:
    """Whether there are sources at all to submit."""
    if judged.package.description.is_installed:
        return _problem("This is an installed package; a release is made from its sources.")
    return _ready("a source package")


def ask_description(judged: Judged, _: Examined) -> Answer:
    """Whether DESCRIPTION has what R asks for."""
    return _findings_of(judged, Category.METADATA)


def ask_wording(judged: Judged, _: Examined) -> Answer:
    """Title in title case and without the package's name; Description of whole sentences that does not begin with it."""
    description = judged.package.description
    title, text = description.title, " ".join(description.fields.get("Description", "").split())
    faults = []
    words = re.findall(r"(?<![\w'-])[a-z][\w-]+", title)
    lower = [word for word in words if word.islower() and not _SMALL_WORD.fullmatch(word)]
    if lower:
        faults.append(f"The title is not in title case: {', '.join(lower)}.")
    if len(title) >= 65:
        faults.append(f"The title has {len(title)} characters; CRAN takes fewer than 65.")
    if re.match(rf"(?:This package|{re.escape(description.name)}\b|The package)", text, re.IGNORECASE):
        faults.append("Description begins with the package itself; begin with what it does.")
    if text and not text.endswith((".", "!", "?")):
        faults.append("Description does not end in a full stop.")
    return _problem(" ".join(faults)) if faults else _ready(title)


def ask_version(judged: Judged, _: Examined) -> Answer:
    """Whether the version is one that is released, and a new one."""
    version = judged.package.description.version
    git = judged.package.git
    if not is_version(version):
        return _problem(f"{version!r} is no version.")
    if is_development(version):
        return _problem(f"{version} is a development version.")
    if any(part >= 1000 for part in version_key(version)):
        return _problem(f"{version} has a large component, which CRAN asks about.")
    tagged = (git.tag if git else "").lstrip("v")
    if is_version(tagged) and version_key(tagged) > version_key(version):
        return _problem(f"{version} is lower than the tag {tagged}.")
    return _ready(version)


def ask_news(judged: Judged, _: Examined) -> Answer:
    """Whether the news speak of this version."""
    readiness, evidence = _findings_of(judged, Category.NEWS)
    news = judged.package.news
    if readiness is Readiness.READY and news and not news.latest:
        return _unknown("No heading of the news names a version.")
    return (
        readiness,
        f"{news.file} begins with {news.latest}" if readiness is Readiness.READY and news else evidence,
    )


def ask_documentation(judged: Judged, _: Examined) -> Answer:
    """Whether every export has a help page."""
    readiness, evidence = _findings_of(judged, Category.DOCUMENTATION)
    namespace = judged.package.namespace
    if readiness is Readiness.READY and namespace and namespace.export_patterns:
        return _unknown("What is exported by pattern was not compared with the help pages.")
    return readiness, evidence


def ask_examples(judged: Judged, _: Examined) -> Answer:
    """Whether the help pages of functions have examples, and say what is returned: CRAN's reviewers ask for both."""
    manual, namespace = judged.package.manual, judged.package.namespace
    if manual is None or namespace is None or judged.package.description.is_installed:
        return _unknown("help pages were not examined")
    pages = [page for page in manual.documents if page.topics & namespace.exports and not page.is_internal]
    without = frozenset(page.name for page in pages if not page.has_examples)
    silent = frozenset(page.name for page in pages if not page.has_value)
    faults = [f"No examples: {listed(without)}."] if without else []
    faults += [f"No \\value: {listed(silent)}."] if silent else []
    if faults:
        return _problem(" ".join(faults))
    if namespace.export_patterns:
        return _unknown("The pages of what is exported by pattern were not examined.")
    return _ready(f"{len(pages)} pages of exports")


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
        return _problem(f"These are no URLs: {listed(bad)}.")
    if plain:
        return _problem(f"Not https: {listed(plain)}.")
    return (
        _ready(f"{len(urls)} are well-formed; whether they answer was not asked")
        if urls
        else _ready("there are none")
    )


def ask_size(judged: Judged, _: Examined) -> Answer:
    """Whether what would be sent is small enough."""
    inventory = judged.package.inventory
    if inventory is None:
        return _unknown("the files were not examined")
    total = sum(file.bytes for file in inventory.files)
    largest = max(inventory.files, key=lambda file: file.bytes, default=None)
    named = f"; the largest is {largest.path} with {largest.bytes:,} bytes" if largest else ""
    evidence = f"{len(inventory.files)} files, {total:,} bytes{named}"
    return _ready(evidence) if total <= MAX_BYTES else _problem(evidence)


def ask_licence(judged: Judged, _: Examined) -> Answer:
    """Whether the licence is one that R knows by name."""
    licence = " ".join(judged.package.description.fields.get("License", "").split())
    if not licence:
        return _problem("There is none.")
    parts = [part.strip() for part in licence.split("|")]
    templates = [part for part in parts if _TEMPLATE.fullmatch(part)]
    if templates:
        return _problem(f"It is a template and needs '+ file LICENSE': {', '.join(templates)}.")
    unknown = [part for part in parts if not _LICENCE.fullmatch(part)]
    return (
        _unknown(f"Not a licence that R names in short: {', '.join(unknown)}.")
        if unknown
        else _ready(licence)
    )


def ask_dependencies(judged: Judged, examined: Examined) -> Answer:
    """Whether CRAN can find what the package needs: no Remotes, no circle, no need for an unreleased version here."""
    faults = []
    remotes = judged.package.description.remotes
    if remotes:
        faults.append(f"Remotes: {', '.join(remotes)}.")
    circles = [cycle for cycle in examined.ecosystem.cycles() if judged.name in cycle]
    if circles:
        faults.append(
            f"It is in a circle with {', '.join(name for name in circles[0] if name != judged.name)}."
        )
    faults += [
        f"It needs {entry.name} {entry.operator} {entry.version}, which is not released."
        for entry in judged.package.description.dependencies
        if entry.operator and is_version(entry.version) and is_development(entry.version)
    ]
    return _problem(" ".join(faults)) if faults else _ready("no Remotes, no circle")


def ask_tests(judged: Judged, _: Examined) -> Answer:
    """Whether there are tests that R CMD check runs."""
    return _findings_of(judged, Category.TESTS)


def ask_vignettes(judged: Judged, _: Examined) -> Answer:
    """Whether the vignettes can be built."""
    return _findings_of(judged, Category.VIGNETTES)


def ask_maintainer(judged: Judged, _: Examined) -> Answer:
    """Whether there is one maintainer with an address."""
    description = judged.package.description
    maintainer = description.maintainer
    if maintainer.count("@") > 1 or sum("cre" in person.roles for person in description.authors) > 1:
        return _problem("There are several maintainers; CRAN takes one.")
    if re.search(r"<[^<>@\s]+@[^<>@\s]+\.[^<>@\s]+>", maintainer):
        return _ready("one maintainer with an address")
    return _problem("There is no maintainer with an e-mail address.")


def ask_git(judged: Judged, _: Examined) -> Answer:
    """Whether what would be sent is what is committed."""
    git = judged.package.git
    if git is None or git.changed is None:
        return _unknown("It is in no git repository that could be asked.")
    if git.changed:
        return _problem(f"{git.changed} files are not committed.")
    return _ready(f"committed, on {git.branch or git.commit[:12]}")


def ask_check(judged: Judged, examined: Examined) -> Answer:
    """What `R CMD check` said: run now where that was asked for, else as its results lie on disk."""
    if examined.request.check and not judged.package.description.is_installed:
        ran = run_check(judged, examined)
        if isinstance(ran, str):
            return _unknown(ran)
        return _checked(ran, "run just now")
    results = judged.package.check_results
    if results is None:
        return _unknown("No results of R CMD check were found; ask for it with `--check` (it needs R).")
    version = judged.package.description.version
    if results.version != version:
        return _unknown(f"{results.file} is about version {results.version or '?'}, not {version}.")
    return _checked(results, f"{results.file}, which may be older than the code")


def _checked(results: CheckResults, source: str) -> Answer:
    counts = f"{results.errors} errors, {results.warnings} warnings, {results.notes} notes ({source})"
    if results.errors or results.warnings:
        return _problem(counts)
    return _ready(counts) if results.status else _unknown(f"The check did not end: {counts}.")


POINTS: Mapping[str, Callable[[Judged, Examined], Answer]] = {
    "sources": ask_sources,
    "DESCRIPTION": ask_description,
    "title and description": ask_wording,
    "version": ask_version,
    "NEWS": ask_news,
    "licence": ask_licence,
    "maintainer": ask_maintainer,
    "dependencies": ask_dependencies,
    "documentation of exports": ask_documentation,
    "examples and values": ask_examples,
    "URLs": ask_urls,
    "tests": ask_tests,
    "vignettes": ask_vignettes,
    "file sizes": ask_size,
    "git": ask_git,
    "R CMD check": ask_check,
}
