from __future__ import annotations

from dataclasses import replace

import pytest

from rforge.checks.news import check_news
from rforge.package.news import News


def messages(build, version: str, news: News | None) -> list[str]:
    package = build()
    description = replace(package.description, fields={**package.description.fields, "Version": version})
    return [finding.message for finding in check_news(replace(package, description=description, news=news))]


@pytest.mark.parametrize(
    ("version", "news"),
    [
        ("1.2.0", News("NEWS.md", "1.2.0")),
        ("0.9", News("NEWS.md", "0.9.0")),
        ("7.3-58.2", News("NEWS", "7.3.58.2")),
        ("1.2.0", News("NEWS.md", "1.2.0", unreleased=True)),
        ("1.2.0.9000", News("NEWS.md", "1.2.0", unreleased=True)),
        ("1.2.0.9000", News("NEWS.md", "1.2.0.9000")),
        ("1.2.0.9000", News("NEWS.md", "1.2.0")),
        ("1.2.0.9000", News("NEWS.md", "", unreleased=True)),
        ("broken", News("NEWS.md", "1.2.0")),
        ("1.2.0", None),
    ],
)
def test_news_that_agree_with_the_version_have_no_findings(build, version: str, news: News | None) -> None:
    assert messages(build, version, news) == []


@pytest.mark.parametrize(
    ("version", "news", "message"),
    [
        ("1.2.0", News("NEWS.md", "1.1.0"), "It stops at 1.1.0, and DESCRIPTION says 1.2.0."),
        (
            "1.2.0",
            News("NEWS.md", "1.3.0"),
            "Its latest version is 1.3.0, and DESCRIPTION is still at 1.2.0.",
        ),
        (
            "1.2.0",
            News("NEWS.md", "1.1.0", unreleased=True),
            "It still speaks of a development version, and DESCRIPTION says 1.2.0.",
        ),
        ("1.2.0.9000", News("NEWS.md", "1.1.0"), "It says nothing yet about 1.2.0.9000."),
        (
            "1.2.0",
            News("NEWS"),
            "Its headings do not say up to which version it goes, so it cannot be compared.",
        ),
        ("1.2.0", News(), "There is no news file (inst/NEWS.Rd, NEWS.md, NEWS, inst/NEWS)."),
    ],
)
def test_news_that_do_not_agree_are_found(build, version: str, news: News, message: str) -> None:
    assert messages(build, version, news) == [message]
