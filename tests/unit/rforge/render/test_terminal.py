from __future__ import annotations

from dataclasses import replace

from rforge.render.terminal import render


def test_status_is_a_line_a_package(report) -> None:
    assert render(report("status")) == (
        "rforge status (mode default)\n"
        "\n"
        "PACKAGE  VERSION  HEALTH   FINDINGS\n"
        "medfit   0.2.1    100/100  no findings\n"
        "probmed  0.1.0    50/100   1 error, 4 warnings, 1 note\n"
        "\n"
        "medfit:   3 R files, 4 exports, 4 help pages, 2 testthat test files, 1 vignette, news up to 0.2.1\n"
        "probmed:  1 R file, 2 exports, 1 help page, 0 test files, 0 vignettes, news up to 0.0.9"
    )


def test_analyze_shows_the_parts_of_the_score_and_every_finding(report) -> None:
    assert render(report("analyze", context="probmed")) == (
        "rforge analyze (mode default)\n"
        "Context: probmed\n"
        "\n"
        "probmed 0.1.0 - Probability Scale for Indirect Effects\n"
        "  in probmed: source package\n"
        "  1 R file, 2 exports, 1 help page, 0 test files, 0 vignettes, news up to 0.0.9\n"
        "  Health 50/100\n"
        "    metadata       17.5/25\n"
        "    namespace      10/20\n"
        "    documentation  10/20\n"
        "    tests          0/20\n"
        "    news           7.5/10\n"
        "    vignettes      5/5\n"
        "  Findings: 1 error, 4 warnings, 1 note\n"
        "    ERROR    NAMESPACE    NAMESPACE imports packages that are in neither Depends nor Imports: digest.\n"
        "    WARNING  DESCRIPTION  The code uses packages by '::' that DESCRIPTION does not declare: lavaan.\n"
        "    WARNING  man          1 of 2 exports have no help page: compare.\n"
        "    WARNING  tests        There are no tests.\n"
        "    WARNING  NEWS         It stops at 0.0.9, and DESCRIPTION says 0.1.0.\n"
        "    NOTE     DESCRIPTION  Imports names packages that nothing is imported from: tibble."
    )


def test_a_partial_report_says_so_first_and_what_is_missing(report) -> None:
    lines = render(report("analyze", step_s=10 / 22)).split("\n")
    assert lines[1] == "PARTIAL: the time budget of 10 s is used up."
    assert lines[2] == "Packages not examined: probmed."
    assert lines[3].startswith("medfit: not examined: ")
    assert "not examined" in "\n".join(lines[5:])


def test_a_search_that_did_not_end_says_what_to_do(report) -> None:
    assert "give the folder of one package" in render(report("status", step_s=4.0))


def test_an_installed_package_says_what_was_not_judged(report, build) -> None:
    from rforge.report import report_package

    installed = report_package(build({}, "Built: R 4.2.2; ; 2023-01-01; unix\n"))
    status = replace(report("status"), packages=(installed,))
    assert "1 of them installed: their sources, tests and vignettes were not judged." in render(status)
    assert "installed package (built R 4.2.2; ; 2023-01-01; unix)" in render(
        replace(status, command="analyze")
    )


def test_characters_that_steer_a_terminal_are_left_out(report, build) -> None:
    from rforge.report import report_package

    evil = report_package(build({"DESCRIPTION": "Package: a\x1b[31mb\nTitle: \x07T\u202e\n"}))
    text = render(replace(report("analyze"), packages=(evil,)))
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "a[31mb (no version) - T" in text
