from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rforge.package.description import Dependency, parse_description
from rforge.package.folder import FileText, decode

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str):
    return parse_description(FileText(text, "utf-8"))


def test_dependencies_have_their_field_and_constraint() -> None:
    description = read(
        "Depends: R (>= 4.1.0),\n    methods\nImports: rlang(>=1.0.0), cli\nLinkingTo: Rcpp\n"
        "Suggests: R (< 5.0), testthat (!= 3.0.0)\nEnhances: xts\n"
    )
    assert description.dependencies == (
        Dependency("Depends", "R", ">=", "4.1.0"),
        Dependency("Depends", "methods"),
        Dependency("Imports", "rlang", ">=", "1.0.0"),
        Dependency("Imports", "cli"),
        Dependency("LinkingTo", "Rcpp"),
        Dependency("Suggests", "R", "<", "5.0"),
        Dependency("Suggests", "testthat", "!=", "3.0.0"),
        Dependency("Enhances", "xts"),
    )
    assert description.declared() == {"methods", "rlang", "cli", "Rcpp", "testthat", "xts"}
    assert description.declared("Imports") == {"rlang", "cli"}


def test_a_trailing_comma_is_no_dependency() -> None:
    description = read("Imports: cli,\n    rlang,\n")
    assert [d.name for d in description.dependencies] == ["cli", "rlang"]
    assert description.oddities == ()


def test_an_entry_that_is_no_dependency_is_odd() -> None:
    assert read("Imports: cli >= 1.0, rlang").oddities == (
        "Imports has an entry that is no dependency: 'cli >= 1.0'",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Maintainer: A <a@b.c>", True),
        ('Authors@R: person("A", role = c("aut", "cre"))', True),
        ("Authors@R: person('A', role = 'cre')", True),
        ('Authors@R: person("A", role = "aut")', False),
        ("Author: A", False),
    ],
)
def test_a_maintainer_is_named_by_field_or_by_role(text: str, expected: bool) -> None:
    assert read(text).has_maintainer is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("R6", True), ("data.table", True), ("a", False), ("a.", False), ("1a", False), ("a-b", False)],
)
def test_a_package_name_is_what_r_takes(name: str, expected: bool) -> None:
    assert read(f"Package: {name}").has_valid_name is expected


def test_a_folder_that_r_built_is_installed() -> None:
    assert read("Package: a\nBuilt: R 4.2.2; ; 2023-01-01; unix").is_installed
    assert not read("Package: a").is_installed


def test_a_title_over_two_lines_is_one_line() -> None:
    assert read("Title: A\n    Title").title == "A Title"


def test_encoding_and_ascii_are_kept(fixtures: Path) -> None:
    assert parse_description(decode("Author: Bj\xf6rn".encode("latin1"))).encoding == "latin1"
    medfit = parse_description(decode((fixtures / "medfit" / "DESCRIPTION").read_bytes()))
    assert (medfit.name, medfit.version, medfit.encoding, medfit.is_ascii) == (
        "medfit",
        "0.2.1",
        "utf-8",
        False,
    )
    assert medfit.fields["Remotes"] == "example/rlang"
    assert medfit.oddities == ()


def test_a_dependency_has_the_line_that_it_starts_in() -> None:
    description = read("Package: a\nImports:\n    b (>= 1.0), c,\n    d\n     (>= 2.0)\nSuggests: e\n")
    assert [(d.name, d.version, d.line) for d in description.dependencies] == [
        ("b", "1.0", 3),
        ("c", "", 3),
        ("d", "2.0", 4),
        ("e", "", 6),
    ]


def test_maintainer_remotes_and_addresses_are_read() -> None:
    description = read(
        'Authors@R: c(person("A", "B"), person("C", "D", , "c@d.e", "cre"))\nRemotes: x/y,\n    github::z/w@v1\n'
        "URL: https://a.test, https://b.test/\nBugReports: https://c.test/issues\n"
    )
    assert description.maintainer == "C D <c@d.e>"
    assert read("Maintainer: A\n    <a@b.c>").maintainer == "A <a@b.c>"
    assert description.remotes == ("x/y", "github::z/w@v1")
    assert description.urls == ("https://a.test", "https://b.test/", "https://c.test/issues")
