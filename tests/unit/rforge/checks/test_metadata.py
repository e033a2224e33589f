from __future__ import annotations

import pytest

from rforge.checks.metadata import check_metadata, unused_imports
from rforge.checks.namespace import check_namespace
from rforge.findings import Severity
from rforge.package.folder import MAX_BYTES_OF


def found(package) -> list[tuple[Severity, str]]:
    return [(finding.severity, finding.message) for finding in check_metadata(package)]


def test_a_description_with_all_that_r_asks_for_has_no_findings(build) -> None:
    assert found(build({"R/a.R": "f <- function() stats::sd(tiny::x)"})) == []


@pytest.mark.parametrize("field", ["Package", "Version", "Title", "Description", "License"])
def test_each_required_field_that_is_missing_is_an_error(build, field: str) -> None:
    package = build()
    text = "\n".join(f"{k}: {v}" for k, v in package.description.fields.items() if k != field)
    assert found(build({"DESCRIPTION": text})) == [(Severity.ERROR, f"The field {field} is missing.")]


@pytest.mark.parametrize(
    ("extra", "severity", "message"),
    [
        ("Package: a-b\n", Severity.ERROR, "'a-b' is no package name that R takes."),
        ("Version: 1\n", Severity.ERROR, "'1' is no version that R takes."),
        ("Title: It Ends.\n", Severity.NOTE, "The title ends in a full stop."),
        ("Imports: cli (>= x)\n", Severity.ERROR, "Imports asks for cli 'x', which is no version."),
        (
            "License: MIT + file LICENSE\n",
            Severity.ERROR,
            "License points to the file LICENSE, which does not exist.",
        ),
        ("Note: Björn\n", Severity.WARNING, "There are letters beyond ASCII, and no field Encoding."),
    ],
)
def test_a_field_that_r_refuses_is_found(build, extra: str, severity: Severity, message: str) -> None:
    assert (severity, message) in found(build({}, extra))


def test_nobody_as_author_or_maintainer_is_an_error(build) -> None:
    fields = "Package: tiny\nVersion: 1.0\nTitle: T\nDescription: D.\nLicense: GPL-3\n"
    assert found(build({"DESCRIPTION": fields})) == [
        (Severity.ERROR, "Nobody is named as author: Authors@R (or Author) is missing.")
    ]
    assert found(build({"DESCRIPTION": fields + "Author: A\n"})) == [
        (Severity.ERROR, "Nobody is named as maintainer.")
    ]


def test_a_file_that_is_not_in_its_declared_encoding_is_an_error(build) -> None:
    text = build().description
    content = "\n".join(f"{k}: {v}" for k, v in text.fields.items()) + "\nEncoding: UTF-8\nNote: Bj\xf6rn\n"
    package = build({"DESCRIPTION": content.encode("latin1")})
    assert found(package) == [(Severity.ERROR, "Encoding says UTF-8, and the file is not UTF-8.")]


def test_letters_in_the_declared_encoding_are_fine(build) -> None:
    assert found(build({}, "Encoding: UTF-8\nNote: Björn\n")) == []


def test_nothing_is_missed_in_what_was_read_in_part(build) -> None:
    text = f"Package: tiny\nNote: {'x ' * 100_000}\nVersion: 1.0\n"
    package = build({"DESCRIPTION": text, "R/f.R": "f <- function() rlang::abort()\n"})
    limit = MAX_BYTES_OF["DESCRIPTION"] // 1024
    assert found(package) == [
        (Severity.WARNING, f"DESCRIPTION (beyond its first {limit} KiB) could not be read.")
    ]
    package = build({"NAMESPACE": f"export({'a, ' * 100_000} b)"})
    assert [finding.message for finding in check_namespace(package)] == []


def test_a_revision_of_r_is_a_version(build) -> None:
    assert found(build({}, "Depends: R (>= r80000)\n")) == []


def test_packages_that_the_code_uses_undeclared_are_found_once_each(build) -> None:
    package = build({"R/a.R": "cli::a; rlang::b; withr::c; base::d; grDevices::e"}, "Suggests: withr\n")
    assert found(package) == [
        (Severity.WARNING, "The code uses packages by '::' that DESCRIPTION does not declare: cli, rlang.")
    ]


def test_imports_that_nothing_uses_are_found(build) -> None:
    package = build(
        {"R/a.R": 'cli::a; requireNamespace("withr")', "NAMESPACE": "importFrom(rlang, abort)"},
        "Imports: cli, rlang, withr, tibble, stats\n",
    )
    assert found(package) == [
        (Severity.NOTE, "Imports names packages that nothing is imported from: tibble.")
    ]


def test_a_package_without_code_needs_no_imports_used(build) -> None:
    assert found(build({}, "Imports: cli\n")) == []


def test_an_installed_package_is_not_asked_for_what_r_leaves_out(build) -> None:
    assert found(build({}, "Built: R 4.2.2\nImports: cli\nNote: none\n")) == []


def test_a_file_that_could_not_be_read_whole_is_said_and_costs_nothing(build, monkeypatch) -> None:
    monkeypatch.setattr("rforge.package.folder.MAX_BYTES", 300)
    (finding,) = check_metadata(build({"R/a.R": "#" * 400}))
    assert finding.file.startswith("R/a.R")
    assert finding.share == 0


def test_a_licence_file_that_exists_is_fine(build) -> None:
    package = build({"LICENSE": "YEAR: 2026"}, "License: MIT + file LICENSE\n")
    assert [message for _, message in found(package) if "points to" in message] == []


def test_what_could_not_be_read_whole_is_not_said_to_use_nothing(build) -> None:
    long = "#" * 3_000_000 + "\nf <- function() rlang::abort()\n"
    package = build({"R/long.R": long, "NAMESPACE": "export(f)\n"}, "Imports: rlang\n")
    assert package.misses("R/")
    assert unused_imports(package) == frozenset()


@pytest.mark.parametrize("title", ["Tools for Working with ...", "The Method of Ada et al."])
def test_a_title_may_end_in_an_ellipsis_or_an_abbreviation(build, title: str) -> None:
    assert (Severity.NOTE, "The title ends in a full stop.") not in found(build({}, f"Title: {title}\n"))
