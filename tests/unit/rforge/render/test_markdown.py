from __future__ import annotations

from dataclasses import replace

from rforge.render.markdown import render


def test_status_is_a_table_with_a_row_a_package(report) -> None:
    lines = render(report("status")).split("\n")
    assert lines[0] == "# rforge status"
    assert lines[4] == "| Package | Version | Health | Findings | Contents |"
    assert lines[6].startswith("| medfit | 0.2.1 | 100/100 | no findings | 3 R files, ")
    assert len(lines) == 8


def test_analyze_has_a_section_a_package_with_score_and_findings(report) -> None:
    text = render(report("analyze", context="probmed"))
    assert "\n## probmed 0.1.0\n" in text
    assert "\n### Health: 50/100\n" in text
    assert "| documentation | 10 of 20 |" in text
    assert "| warning | tests | tests | There are no tests. |" in text


def test_a_package_without_findings_has_no_table_of_them(report) -> None:
    assert render(report("analyze", context="medfit")).endswith("### Findings: no findings")


def test_a_partial_report_is_marked_in_a_quote(report) -> None:
    text = render(report("analyze", step_s=10 / 22))
    assert "\n> PARTIAL: the time budget of 10 s is used up." in text
    assert "| sources | not examined |" not in text
    assert "not examined |" in text


def test_text_from_files_cannot_break_out_of_its_place(report, build) -> None:
    from rforge.report import report_package

    evil = report_package(build({"DESCRIPTION": "Package: a|b\nTitle: <script> [x](y) `z` *w*\n"}))
    text = render(replace(report("analyze"), packages=(evil,)))
    assert "## a\\|b" in text
    assert "\\<script\\> \\[x\\](y) \\`z\\` \\*w\\*" in text
