from __future__ import annotations

import pytest

from rforge.hints import suggested_mode
from rforge.request import Mode, Request


@pytest.mark.parametrize(
    ("context", "mode"),
    [
        ("it fails", "debug"),
        ("DEBUG this", "debug"),
        ("make it faster, it is slow", "optimize"),
        ("optimise the imports", "optimize"),
        ("is it ready for CRAN?", "release"),
        ("before the submission", "release"),
    ],
)
def test_a_hint_in_the_words_suggests_a_mode(context: str, mode: str) -> None:
    assert f"--mode {mode}" in suggested_mode(Request(context=context))


@pytest.mark.parametrize("context", ["", "medfit", "update the bootstrap", "cranberries"])
def test_other_words_suggest_nothing(context: str) -> None:
    assert suggested_mode(Request(context=context)) == ""


@pytest.mark.parametrize("mode", Mode)
def test_an_explicit_mode_decides_and_nothing_is_suggested(mode: Mode) -> None:
    assert suggested_mode(Request(context="why is it slow", mode=mode, is_mode_explicit=True)) == ""
