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
        ("NEWS", "10-6-2016\n", ""),
        ("NEWS.md", "# tiny 2023.08.28\n\n# tiny 1.6.1\n", ""),
        ("NEWS", "Version 2023.08.28\n- a\nVersion 1.6.1\n", ""),
        ("NEWS.md", "# tiny 2023-08-28: 1.6.1\n", "1.6.1"),
        ("NEWS", "  CHANGES IN Tiny VERSION 0.9.12-4.4\n\n* as of\nR 3.0.0.\n", "0.9.12-4.4"),
        ("NEWS", "tiny_1.12:\n- a\n\ntiny_1.11:\n", "1.12"),
        ("NEWS", "Package: tiny\n=====\n\nVersion: 3.27.0 [2022-04-26]\n", "3.27.0"),
        ("NEWS", "\t\t\t******** VERSION 0.13.3 ********\n", "0.13.3"),
        ("NEWS", "####\nv 2.9\n####\n", "2.9"),
        ("NEWS", "other 3.1\n", ""),
        ("NEWS", "  that are in R 3.1.0.\n", ""),
        ("NEWS", "Version 1.0.0, 03/14/2011:\nVersion 1.0.1\nVersion 1.2.0\n", "1.2.0"),
        ("NEWS", "tiny 0.0.0 Series NEWS\n\nVersion 0.1.5\nVersion 0.1.4\n", ""),
        ("NEWS", "Changes in tiny Version 1.2-x (2022-10-30)\n\nVersion 1.1-1\n", ""),
        ("NEWS.md", "# tiny 0.12.x\n\n# tiny 0.11.0\n", ""),
        ("NEWS.md", "# tiny 0.2.1 and 0.2.2\n", "0.2.2"),
        ("NEWS.md", "# Works with R 4.2\n\n# tiny 0.2.1\n", "0.2.1"),
        ("inst/NEWS.Rd", "\\section{CHANGES IN tiny VERSION 999.999}{\n", ""),
        ("NEWS.md", "# 2019-12-20: tiny 1.4.1\n", "1.4.1"),
        ("NEWS", "\t\tCHANGES IN R VERSION 2.1.0\n", "2.1.0"),
        ("NEWS", "Springer, 2002, ISBN 0-387-95457-0.\n", ""),
        ("NEWS", "o a long sentence about how the function now needs version 4.1 of R\n", ""),
        ("inst/NEWS.Rd", "\\section{Changes in \\pkg{tiny} version 1.0.10 (2023-01-12)}{\n", "1.0.10"),
        ("inst/NEWS.Rd", "\\name{NEWS}\n\\title{News 9.9}\n", ""),
    ],
)
def test_the_latest_version_is_the_first_that_a_heading_names_unless_the_oldest_stands_first(
    path: str, text: str, latest: str
) -> None:
    assert parse_news(path, text, "tiny") == News(path, latest)


def test_a_development_heading_is_unreleased_and_the_next_one_is_latest() -> None:
    text = "# tiny (development version)\n\n## R 4.2 compatibility\n\n# tiny 1.1.0\n"
    assert parse_news("NEWS.md", text, "tiny") == News("NEWS.md", "1.1.0", unreleased=True)


def test_a_file_with_only_a_development_heading_has_no_version() -> None:
    assert parse_news("NEWS.md", "# tiny (development version)\n", "tiny") == News(
        "NEWS.md", "", unreleased=True
    )


def test_r_prefers_rd_to_markdown_to_plain(build) -> None:
    files = {"NEWS": "version 1.1\n", "NEWS.md": "# tiny 1.2\n"}
    assert build(files).news == News("NEWS.md", "1.2")
    assert build({**files, "inst/NEWS.Rd": "\\section{Version 1.3}{}"}).news == News("inst/NEWS.Rd", "1.3")


def test_a_file_that_names_no_version_leaves_it_to_the_next(build) -> None:
    files = {"inst/NEWS.Rd": "\\section{Version 999.999}{}", "NEWS.md": "# tiny 1.2\n"}
    assert build(files).news == News("NEWS.md", "1.2")
    assert build({**files, "NEWS.md": "# Hello\n"}).news == News("inst/NEWS.Rd")


def test_no_file_is_no_news(build) -> None:
    assert build().news == News()


@pytest.mark.parametrize("package", ["to", "Version", "to to"])
def test_a_package_that_is_called_like_a_word_of_a_heading_costs_no_more_time(package: str) -> None:
    assert parse_news("NEWS", f"{'to ' * 60}it\nVersion 1.0\n", package).latest == "1.0"
