from __future__ import annotations

from rforge.package.check_results import parse_check_log
from rforge.package.survey import survey
from rforge.package.timings import Timing

LOG = "* this is package \u2018tiny\u2019 version \u20181.0.0\u2019\n* checking R code ... NOTE\nx\n* checking tests ... OK\n* checking a ... ERROR\n"


def test_the_status_counts(write_package, deadline) -> None:
    root = write_package(
        {
            "tiny.Rcheck/00check.log": LOG + "Status: 1 ERROR, 2 WARNINGs, 3 NOTEs\n",
            "tiny.Rcheck/tiny-Ex.timings": "name\tuser\tsystem\telapsed\nfit\t0.1\t0\t0.5\ncut",
        }
    )
    results = survey(root, "tiny", deadline, {"check_results"}).check_results
    assert (results.errors, results.warnings, results.notes, results.version) == (1, 2, 3, "1.0.0")
    assert results.examples == (Timing("fit", 0.5, "tiny.Rcheck/tiny-Ex.timings"),)


def test_a_check_beside_the_package_counts_and_none_is_none(write_package, deadline) -> None:
    root = write_package({})
    assert survey(root, "tiny", deadline, {"check_results"}).check_results is None
    (root.parent / "tiny.Rcheck").mkdir()
    (root.parent / "tiny.Rcheck" / "00check.log").write_text("Status: OK\n", encoding="utf-8")
    assert survey(root, "tiny", deadline, {"check_results"}).check_results.status == "OK"


def test_without_a_status_the_lines_count() -> None:
    results = parse_check_log("x", LOG)
    assert (results.status, results.errors, results.warnings, results.notes) == ("", 1, 0, 1)


def test_a_complaint_has_the_check_that_it_is_about_and_what_r_said() -> None:
    long = "word " * 100
    log = (
        "* checking examples ... [2s/3s] NOTE\nSlow ones:\n  fit\n"
        "* checking tests ...\n  Running x.R\n ERROR\nIt failed.\n* checking a ... WARNING\n"
        + long
        + "\n* DONE\n"
    )
    complaints = parse_check_log("x", "* using R\n" + log).complaints
    assert [(each.kind, each.check) for each in complaints] == [
        ("NOTE", "examples"),
        ("ERROR", "tests"),
        ("WARNING", "a"),
    ]
    assert [each.text for each in complaints[:2]] == ["Slow ones: fit", "It failed."]
    assert (len(complaints[2].text), complaints[2].text[-1]) == (241, "…")


def test_what_is_printed_below_a_check_that_is_fine_is_no_complaint() -> None:
    log = (
        "* using R\n* checking examples ... OK\nlast word: NOTE\n"
        "* checking tests ...\n  Running 'all.R' [2s/3s]\n [3s/4s] ERROR\nIt broke.\n"
    )
    results = parse_check_log("f", log + "* DONE\n")
    assert [complaint.check for complaint in results.complaints] == ["tests"]
    assert (results.errors, results.notes) == (1, 0)
