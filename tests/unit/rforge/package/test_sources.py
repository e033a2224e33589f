from __future__ import annotations

import pytest

from rforge.package.sources import parse_source


def test_packages_are_used_by_two_or_three_colons() -> None:
    assert parse_source("a::b(); c:::d; `e`::f; x <- data.table :: fread").used == {
        "a",
        "c",
        "e",
        "data.table",
    }


@pytest.mark.parametrize(
    "code",
    [
        "# a::b",
        '"a::b"',
        "'it is a::b'",
        r'r"(a::b)"',
        "R'--[ a::b ]--'",
        "`a::b`",
        "#' [a::b()] in roxygen",
        "x$a",
        "1:n",
    ],
)
def test_comments_strings_and_quoted_names_use_nothing(code: str) -> None:
    assert parse_source(code).used == frozenset()


def test_code_after_a_string_with_quotes_in_it_is_code() -> None:
    assert parse_source("x <- 'a\"b'; c::d").used == {"c"}
    assert parse_source('x <- "a\\"b"; c::d').used == {"c"}


def test_packages_that_are_loaded_by_name_are_mentioned() -> None:
    source = parse_source(
        'library(a); requireNamespace("b", quietly = TRUE); for (p in c("c.d")) loadNamespace(p)'
    )
    assert source.used == frozenset()
    assert {"a", "b", "c.d"} <= source.mentioned


def test_lines_of_code_and_roxygen_blocks_are_counted() -> None:
    text = "#' One\n#' more\nf <- 1\n\n# plain\n  #' Two\ng <- 2 # code\n"
    source = parse_source(text)
    assert (source.files, source.lines, source.roxygen_blocks) == (1, 2, 2)


def test_all_r_files_of_a_package_are_read(build) -> None:
    package = build(
        {
            "R/a.R": "a::x",
            "R/b.r": "b::x",
            "R/unix/c.R": "c::x",
            "R/notes.txt": "d::x",
            "R/sysdata.rda": b"\0",
        }
    )
    assert package.sources.files == 3
    assert package.sources.used == {"a", "b", "c"}
