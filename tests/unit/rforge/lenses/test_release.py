from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rforge.examined import judge
from rforge.lenses.points.table import POINTS
from rforge.lenses.release import verdict
from rforge.render.as_json import as_document
from rforge.report import Readiness
from rforge.request import Mode

if TYPE_CHECKING:
    from pathlib import Path

READY, PROBLEM, UNKNOWN = Readiness.READY, Readiness.PROBLEM, Readiness.UNKNOWN


def points(make_run, folder: Path, **asked: object) -> dict[str, tuple[str, str]]:
    document = as_document(make_run("status", folder, mode=Mode.RELEASE, **asked).report())
    return {row["point"]: (row["verdict"], row["evidence"]) for row in document["points"]}


@pytest.mark.parametrize(
    ("answers", "whole"),
    [
        ([READY, READY], READY),
        ([READY, UNKNOWN], UNKNOWN),
        ([UNKNOWN, PROBLEM, READY], PROBLEM),
    ],
)
def test_a_package_is_ready_only_where_every_point_is(answers: list[Readiness], whole: Readiness) -> None:
    assert verdict(answers) is whole


def test_every_point_is_answered_for_every_package(fixtures: Path, make_run) -> None:
    document = as_document(make_run("analyze", fixtures, mode=Mode.RELEASE).report())
    assert [row["point"] for row in document["points"]] == [*POINTS, *POINTS]
    assert [(row["package"], row["verdict"]) for row in document["readiness"]] == [
        ("medfit", "problem"),
        ("probmed", "problem"),
    ]


@pytest.mark.parametrize(
    ("more", "point", "said"),
    [
        ("Built: R 4.2.2\n", "sources", "installed package"),
        ("Remotes: someone/else\n", "dependencies", "someone/else"),
        ("Version: 1.0.0.9000\n", "version", "development"),
        ("Version: 2024.1.1\n", "version", "large component"),
        ("Version: one\n", "version", "no version"),
        ("Title: a tiny package for everybody to use\n", "title and description", "title case"),
        ("Title: " + "Very " * 13 + "Long\n", "title and description", "fewer than 65"),
        ("Description: This package is tiny.\n", "title and description", "begins with the package"),
        ("Description: It is tiny\n", "title and description", "full stop"),
        ("URL: http://example.org\n", "URLs", "Not https"),
        ("URL: example.org\n", "URLs", "no URLs"),
        ("Maintainer: Ada\n", "maintainer", "no maintainer"),
        ("License:\n", "licence", "There is none"),
    ],
)
def test_what_stands_in_the_way_is_a_problem(
    write_ecosystem, make_run, more: str, point: str, said: str
) -> None:
    answer, evidence = points(make_run, write_ecosystem({"a": more}))[point]
    assert (answer, said in evidence) == ("problem", True), evidence


@pytest.mark.parametrize("end", ["tiny.", "tiny!", "tiny (see 'tiny'.)", "'tiny.'"])
def test_a_description_may_end_in_a_full_stop_behind_which_a_quotation_closes(
    write_ecosystem, make_run, end: str
) -> None:
    root = write_ecosystem({"a": f"Title: A Tiny Package\nDescription: It is {end}\n"})
    assert points(make_run, root)["title and description"][0] == "ready"


def test_a_description_that_was_not_read_whole_leaves_open_what_it_says(write_ecosystem, make_run) -> None:
    run = make_run("status", write_ecosystem({"tiny": ""}), mode=Mode.RELEASE)
    (judged,) = run.judged
    run.judged[0] = judge(replace(judged.package, unreadable=("DESCRIPTION", "man/f.Rd")))
    answers = {row["point"]: row["verdict"] for row in as_document(run.report())["points"]}
    for point in (
        "sources",
        "title and description",
        "version",
        "licence",
        "maintainer",
        "dependencies",
        "URLs",
    ):
        assert answers[point] == "unknown"
    for point in ("documentation of exports", "examples and values"):
        assert answers[point] == "unknown"


def test_files_beyond_five_megabytes_are_a_problem(write_ecosystem, make_run) -> None:
    root = write_ecosystem({"a": ""})
    (root / "a" / "data.rda").write_bytes(b"x" * 5_000_001)
    assert points(make_run, root)["file sizes"][0] == "problem"


def test_help_pages_without_examples_and_values_are_a_problem_and_with_them_they_are_not(
    write_ecosystem, make_run
) -> None:
    bare = "\\name{f}\n\\alias{f}\n\\title{F}\n"
    for page, answer in ((bare, "problem"), (bare + "\\value{One.}\n\\examples{f()}\n", "ready")):
        root = write_ecosystem({"a": ""}, {"a/NAMESPACE": "export(f)\n", "a/man/f.Rd": page})
        assert points(make_run, root)["examples and values"][0] == answer


@pytest.mark.parametrize(
    "licence", ["GPL-3", "MIT + file LICENSE", "GPL (>= 2)", "GPL-2 | GPL-3", "Apache License 2.0"]
)
def test_a_licence_that_r_names_is_ready(write_ecosystem, make_run, licence: str) -> None:
    assert points(make_run, write_ecosystem({"a": f"License: {licence}\n"}))["licence"] == ("ready", licence)


def test_another_licence_is_not_known_to_be_ready(write_ecosystem, make_run) -> None:
    assert points(make_run, write_ecosystem({"a": "License: My Own\n"}))["licence"][0] == "unknown"


def test_a_circle_is_a_problem(write_ecosystem, make_run) -> None:
    answer = points(make_run, write_ecosystem({"a": "Imports: b\n", "b": "Imports: a\n"}))["dependencies"]
    assert answer == ("problem", "It is in a circle with a.")


def test_a_need_for_an_unreleased_version_here_is_a_problem(write_ecosystem, make_run) -> None:
    packages = {"a": "Version: 1.0.0.9000\n", "b": "Imports: a (>= 1.0.0.9000)\n"}
    assert points(make_run, write_ecosystem(packages), context="b")["dependencies"][0] == "problem"


@pytest.mark.parametrize("others", [{}, {"a": "Version: 1.1.0\n"}])
def test_a_need_for_a_development_version_that_may_be_released_by_now_is_unknown(
    write_ecosystem, make_run, others: dict[str, str]
) -> None:
    root = write_ecosystem({**others, "b": "Imports: a (>= 1.0.0.9000)\n"})
    answer, evidence = points(make_run, root, context="b")["dependencies"]
    assert (answer, "a >= 1.0.0.9000" in evidence) == ("unknown", True)


LOG = "* this is package 'one' version '{version}'\n* checking tests ... {result}\n* DONE\nStatus: {status}\n"


@pytest.mark.parametrize(
    ("version", "result", "status", "answer"),
    [
        ("1.0.0", "OK", "OK", "ready"),
        ("1.0.0", "NOTE", "1 NOTE", "unknown"),
        ("1.0.0", "ERROR", "1 ERROR", "problem"),
        ("1.0.0", "WARNING", "1 WARNING", "problem"),
        ("0.9.0", "OK", "OK", "unknown"),
    ],
)
def test_results_of_a_check_count_for_their_version(
    write_ecosystem, make_run, version: str, result: str, status: str, answer: str
) -> None:
    log = LOG.format(version=version, result=result, status=status)
    assert (
        points(make_run, write_ecosystem({"one": ""}, {"one/one.Rcheck/00check.log": log}))["R CMD check"][0]
        == answer
    )


def test_the_notes_of_a_check_are_shown_and_to_be_looked_at(write_ecosystem, make_run) -> None:
    log = LOG.format(version="1.0.0", result="NOTE\nNew submission", status="1 NOTE")
    root = write_ecosystem({"one": ""}, {"one/one.Rcheck/00check.log": log})
    answer, evidence = points(make_run, root)["R CMD check"]
    assert (answer, evidence.startswith("Look at this: 0 errors, 0 warnings, 1 notes")) == ("unknown", True)
    assert "NOTE, checking tests: New submission" in evidence


@pytest.mark.parametrize(
    ("result", "status", "evidence"),
    [
        ("OK\n WARNING\n'qpdf' is needed for checks on size reduction of PDFs", "1 WARNING", "qpdf"),
        ("OK\n* checking package dependencies ... ERROR\nPackage required: 'far'", "1 ERROR", "far"),
    ],
)
def test_what_the_machine_lacks_for_a_check_is_no_fault_of_the_package(
    write_ecosystem, make_run, result: str, status: str, evidence: str
) -> None:
    log = LOG.format(version="1.0.0", result=result, status=status)
    root = write_ecosystem({"one": ""}, {"one/one.Rcheck/00check.log": log})
    answer = points(make_run, root)["R CMD check"]
    assert (answer[0], evidence in answer[1]) == ("unknown", True), answer


def test_without_results_the_check_is_unknown(write_ecosystem, make_run) -> None:
    assert points(make_run, write_ecosystem({"a": ""}))["R CMD check"][0] == "unknown"


def test_a_check_that_was_asked_for_without_r_is_unknown_and_says_so(
    write_ecosystem, make_run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    answer, evidence = points(make_run, write_ecosystem({"a": ""}), check=True)["R CMD check"]
    assert (answer, "no R here" in evidence) == ("unknown", True)


@pytest.mark.parametrize("licence", ["MIT", "BSD_3_clause", "GPL-2 | MIT"])
def test_a_licence_that_a_file_has_to_fill_in_is_not_ready_without_it(
    write_ecosystem, make_run, licence: str
) -> None:
    answer, evidence = points(make_run, write_ecosystem({"a": f"License: {licence}\n"}))["licence"]
    assert (answer, "file LICENSE" in evidence) == ("problem", True)


@pytest.mark.parametrize(
    "licence",
    [
        *("GPL-3.0", "GPL-2.1", "AGPL-2", "LGPL-3.0", "file LICENSE", "MIT (>= 2)", "MPL (>= 9)"),
        *("GPL-2 + file LICENSE", "GPL (>= 2) | MPL (>= 9)", "ACM"),
    ],
)
def test_a_licence_that_r_does_not_know_is_not_ready(write_ecosystem, make_run, licence: str) -> None:
    assert points(make_run, write_ecosystem({"a": f"License: {licence}\n"}))["licence"][0] == "unknown"


@pytest.mark.parametrize("point", ["documentation of exports", "examples and values"])
def test_what_a_pattern_exports_is_not_known_to_be_documented(write_ecosystem, make_run, point: str) -> None:
    root = write_ecosystem({"a": ""}, {"a/NAMESPACE": 'exportPattern("^f")\n', "a/man/a.Rd": "\\alias{a}\n"})
    assert points(make_run, root)[point][0] == "unknown"


def test_a_link_to_an_address_is_no_broken_url(write_ecosystem, make_run) -> None:
    root = write_ecosystem({"a": ""}, {"a/man/a.Rd": "\\alias{a}\n\\href{mailto:ada@example.org}{Ada}\n"})
    assert points(make_run, root)["URLs"][0] == "ready"


@pytest.mark.parametrize(
    "more",
    [
        "Maintainer: Ada <ada@example.org>, Bo <bo@example.org>\n",
        "Authors@R: c(person('A', email = 'a@b.org', role = 'cre'), person('C', role = 'cre'))\n",
    ],
)
def test_two_maintainers_are_one_too_many(write_ecosystem, make_run, more: str) -> None:
    assert points(make_run, write_ecosystem({"a": more}))["maintainer"][0] == "problem"


@pytest.mark.parametrize(
    ("title", "answer"),
    [
        ("Data That Is Not so Large for iOS and x", "ready"),
        ("Extension of `data.frame` for '.ini' Files", "ready"),
        ("tiny things for Everybody", "problem"),
        ("Things in data.frame", "problem"),
        ("Non-linear Things", "problem"),
    ],
)
def test_titles_are_judged_as_r_writes_them(write_ecosystem, make_run, title: str, answer: str) -> None:
    root = write_ecosystem({"a": f"Title: {title}\n"})
    assert points(make_run, root)["title and description"][0] == answer
