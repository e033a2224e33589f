from __future__ import annotations

from dataclasses import replace

import pytest

from rforge.checks.namespace import check_namespace
from rforge.findings import Severity
from rforge.package.namespace import Namespace


def found(package) -> list[tuple[Severity, str]]:
    return [(finding.severity, finding.message) for finding in check_namespace(package)]


def test_a_package_without_a_namespace_loses_the_whole_part(build) -> None:
    package = replace(build(), namespace=Namespace(present=False))
    (finding,) = check_namespace(package)
    assert (finding.severity, finding.share) == (Severity.ERROR, 1.0)


def test_a_namespace_that_was_not_read_is_not_judged(build) -> None:
    assert found(replace(build(), namespace=None)) == []


def test_imported_packages_must_be_in_depends_or_imports(build) -> None:
    package = build(
        {"NAMESPACE": "import(cli)\nimport(rlang)\nimport(withr)\nimport(stats)\nexport(a)"},
        "Imports: cli\nDepends: R (>= 4.0), rlang\nSuggests: withr\n",
    )
    assert found(package) == [
        (Severity.ERROR, "NAMESPACE imports packages that are in neither Depends nor Imports: withr.")
    ]


def test_what_r_would_refuse_is_an_error(build) -> None:
    assert found(build({"NAMESPACE": "exprot(a)"})) == [
        (Severity.ERROR, "NAMESPACE, line 1: exprot is no directive.")
    ]


def test_code_that_exports_nothing_is_noted(build) -> None:
    assert found(build({"R/a.R": "f <- 1"})) == [
        (Severity.NOTE, "There is code, and nothing is exported to its users.")
    ]
    assert found(build({"R/a.R": "f <- 1", "NAMESPACE": "exportMethods(show)"})) == []


def test_patterns_and_handwritten_namespaces_are_good_to_know(build) -> None:
    findings = found(build({"R/a.R": "#' Doc\nf <- 1", "NAMESPACE": 'exportPattern("^[a-z]")'}))
    assert [severity for severity, _ in findings] == [Severity.INFO, Severity.INFO]


@pytest.mark.parametrize(
    ("namespace", "cut"), [("", "NAMESPACE (beyond its first 256 KiB)"), ("import(cli)", "DESCRIPTION")]
)
def test_nothing_is_said_to_be_missing_in_a_file_that_was_not_read_whole(
    build, namespace: str, cut: str
) -> None:
    package = build({"R/a.R": "f <- 1", "NAMESPACE": f"{namespace}\nexport(f)" if namespace else ""})
    assert len(found(package)) == 1
    assert found(replace(package, unreadable=(cut,))) == []


def test_an_import_behind_a_condition_need_not_be_declared(build) -> None:
    text = """
    if (getRversion() >= "3.3.0") importFrom(stats, sigma) else importFrom(lme4, sigma)
    if (TRUE) {
      import(nlme)
      import(TMB)
    }
    import(rlang)
    """
    messages = [finding.message for finding in check_namespace(build({"NAMESPACE": text}))]
    assert [message for message in messages if "imports packages" in message] == [
        "NAMESPACE imports packages that are in neither Depends nor Imports: rlang."
    ]
