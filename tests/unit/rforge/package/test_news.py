from __future__ import annotations

import pytest

from rforge.package.news import News, parse_news


@pytest.mark.parametrize(
    ("path", "text", "latest"),
    [
        ("NEWS.md", "# tiny 1.2.0\n\n# tiny 1.1.0\n", "1.2.0"),
        ("NEWS.md", "tiny 2.5.1\n==========\n\n* a\n", "2.5.1"),
        (
            "NEWS.md",
            "**If you look for 0.1**\n\n# data.table [v1.14.8](https://a.test/9.9) (2023-02-17)\n",
            "1.14.8",
        ),
        ("NEWS.md", "# News\n\n## Version 1.0-2\n", "1.0-2"),
        ("NEWS.md", "* 1.0 is no heading\n", ""),
        ("NEWS", "version 1.4.1\n- expect 2.0\n", "1.4.1"),
        ("NEWS", "Changes in version 1.3-28.1 (2022-11-11)\n  o Needs R 4.1\n", "1.3-28.1"),
        ("NEWS", "\n\n  tiny 0.9.1\n", "0.9.1"),
        ("NEWS", "2019-12-20 Ada\n* Mended.\n\nVersion 1.4.1\n", "1.4.1"),
        ("NEWS", "10-27-2016\n", ""),
        ("NEWS.md", "# 2019-12-20: tiny 1.4.1\n", "1.4.1"),
        ("NEWS", "\t\tCHANGES IN R VERSION 2.1.0\n", "2.1.0"),
        ("NEWS", "Springer, 2002, ISBN 0-387-95457-0.\n", ""),
        ("NEWS", "o a long sentence about how the function now needs version 4.1 of R\n", ""),
        ("inst/NEWS.Rd", "\\section{Changes in \\pkg{tiny} version 1.0.10 (2023-01-12)}{\n", "1.0.10"),
        ("inst/NEWS.Rd", "\\name{NEWS}\n\\title{News 9.9}\n", ""),
    ],
)
def test_the_latest_version_is_the_first_that_a_heading_names(path: str, text: str, latest: str) -> None:
    assert parse_news(path, text) == News(path, latest)


def test_a_development_heading_is_unreleased_and_the_next_one_is_latest() -> None:
    text = "# tiny (development version)\n\n## R 4.2 compatibility\n\n# tiny 1.1.0\n"
    assert parse_news("NEWS.md", text) == News("NEWS.md", "1.1.0", unreleased=True)


def test_a_file_with_only_a_development_heading_has_no_version() -> None:
    assert parse_news("NEWS.md", "# tiny (development version)\n") == News("NEWS.md", "", unreleased=True)


def test_r_prefers_rd_to_markdown_to_plain(build) -> None:
    files = {"NEWS": "version 1.1\n", "NEWS.md": "# tiny 1.2\n"}
    assert build(files).news == News("NEWS.md", "1.2")
    assert build({**files, "inst/NEWS.Rd": "\\section{Version 1.3}{}"}).news == News("inst/NEWS.Rd", "1.3")


def test_no_file_is_no_news(build) -> None:
    assert build().news == News()
