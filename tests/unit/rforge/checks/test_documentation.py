from __future__ import annotations

from dataclasses import replace

from rforge.checks.documentation import check_documentation


def test_undocumented_exports_cost_their_share(build) -> None:
    package = build({"NAMESPACE": "export(a, b, c, d)", "man/a.Rd": r"\alias{a}\alias{b}\alias{c}"})
    (finding,) = check_documentation(package)
    assert finding.message == "1 of 4 exports have no help page: d."
    assert finding.share == 0.25


def test_many_undocumented_exports_are_listed_in_part(build) -> None:
    names = ", ".join(f"f{number}" for number in range(10))
    (finding,) = check_documentation(build({"NAMESPACE": f"export({names})"}))
    assert finding.message.endswith("f0, f1, f2, f3, f4, f5, f6, f7 and 2 more.")


def test_dotted_names_and_objects_of_other_packages_need_no_help_page(build) -> None:
    package = build({"NAMESPACE": 'importFrom(rlang, "%||%")\nexport("%||%", .data)'})
    assert list(check_documentation(package)) == []


def test_exports_by_pattern_without_any_help_page_lose_the_whole_part(build) -> None:
    files = {"NAMESPACE": 'exportPattern("^[a-z]")', "R/a.R": "a <- 1\n"}
    (finding,) = check_documentation(build(files))
    assert finding.share == 1.0


def test_a_pattern_without_any_object_exports_nothing(build) -> None:
    assert list(check_documentation(build({"NAMESPACE": 'exportPattern("^[a-z]")'}))) == []


def test_what_may_come_from_a_package_that_is_imported_whole_needs_no_help_page(build) -> None:
    files = {"NAMESPACE": "import(S4Vectors)\nexport(metadata, own)\n", "R/a.R": "own <- 1\n"}
    (finding,) = check_documentation(build(files))
    assert finding.message == "1 of 2 exports have no help page: own."


def test_help_that_was_not_read_is_not_judged(build) -> None:
    package = build({"NAMESPACE": "export(a)"})
    assert list(check_documentation(replace(package, manual=None))) == []
    assert list(check_documentation(replace(package, namespace=None))) == []


def test_help_that_could_not_be_read_is_not_said_to_be_missing(build) -> None:
    package = build({"NAMESPACE": "export(f)\n", "R/f.R": "f <- 1\n"})
    assert list(check_documentation(replace(package, unreadable=("man/f.Rd",)))) == []
    assert list(check_documentation(package)) != []
