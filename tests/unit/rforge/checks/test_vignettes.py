from __future__ import annotations

from dataclasses import replace

from rforge.checks.vignettes import check_vignettes

RMD = {"vignettes/a.Rmd": ""}


def messages(package) -> list[str]:
    return [finding.message for finding in check_vignettes(package)]


def test_vignettes_with_a_declared_builder_have_no_findings(build) -> None:
    assert messages(build(RMD, "VignetteBuilder: knitr\nSuggests: knitr\n")) == []


def test_no_vignettes_and_sweave_need_no_builder(build) -> None:
    assert messages(build()) == []
    assert messages(build({"vignettes/a.Rnw": ""})) == []
    assert messages(replace(build(), vignettes=None)) == []


def test_vignettes_without_a_builder_are_found(build) -> None:
    assert messages(build(RMD)) == [
        "Vignettes need a builder (1 of them), and the field VignetteBuilder is missing."
    ]


def test_a_builder_that_nothing_declares_is_found(build) -> None:
    assert messages(build(RMD, "VignetteBuilder: knitr, quarto\nSuggests: knitr\n")) == [
        "VignetteBuilder names packages that nothing declares: quarto."
    ]
