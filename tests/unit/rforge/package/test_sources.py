from __future__ import annotations

import pytest

from rforge.package.code import Place, Use
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


def test_definitions_are_what_code_outside_functions_makes() -> None:
    source = parse_source(
        """a <- 1
`b<-` = function(x, y = 2) {
  inner <- 3
}
if (x) {
  c <- 4
} else {
  d <- function(z) z2 <- z
}
"%e%" <- function(x)
{
  no <- 1
}
assign("f", 1); setGeneric(name = "g", function(x) { hidden <- 1 })
x$h <- 1
list(i = 1)
5 -> j
""",
        "R/a.R",
    )
    assert set(source.definitions) == {"a", "b<-", "c", "d", "%e%", "f", "g", "j"}
    assert source.definitions["%e%"] == Place("R/a.R", 10)


def test_a_use_has_its_object_and_first_place() -> None:
    source = parse_source("f <- a::b\n\na::b + a::`c d`; library(e)\nrequire('g')\n", "R/a.R")
    assert source.uses == (Use("a", "b", "R/a.R", 1), Use("a", "c d", "R/a.R", 3))
    assert source.loads == (Use("e", "", "R/a.R", 3), Use("g", "", "R/a.R", 4))


def test_objects_under_a_comment_that_exports_are_exported() -> None:
    text = (
        "#' One\n#' @export\none <- 1\n#' @export two three\nNULL\n#' @exportS3Method\nno <- 1\n"
        "#' @export\nsetGeneric(\"four\", f)\n#' @export\n# plain\n`five<-` <- 1\n#' @noRd\nsix <- 1\n"
    )
    assert parse_source(text).roxygen_exports == {"one", "two", "three", "four", "five<-"}


def test_files_are_read_in_the_order_of_collate(build) -> None:
    package = build({"R/a.R": "x <- 1", "R/b.R": "\nx <- 2", "R/z.R": ""}, "Collate: 'b.R'\n    'a.R'\n")
    assert package.sources.paths == ("R/b.R", "R/a.R", "R/z.R")
    assert package.sources.definitions["x"] == Place("R/b.R", 2)
