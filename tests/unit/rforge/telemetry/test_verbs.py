from __future__ import annotations

from typing import TYPE_CHECKING, Callable

import pytest

from rforge.errors import RforgeError, ValidationError
from rforge.telemetry.verbs import perform

if TYPE_CHECKING:
    from pathlib import Path

    from rforge.telemetry.journal import Journal

MakeJournal = Callable[..., "Journal"]


def test_feedback_is_noted(make_journal: MakeJournal, lines: Callable) -> None:
    assert perform("feedback", ["4"], make_journal()).startswith("Thank you.")
    assert lines()[0]["score"] == 4


@pytest.mark.parametrize("words", [[], ["4", "5"], ["four"], ["-4"], ["9"], ["1234567890"]])
def test_words_that_are_no_score_are_refused(
    make_journal: MakeJournal, folder: Path, words: list[str]
) -> None:
    with pytest.raises(ValidationError):
        perform("feedback", words, make_journal())
    assert not folder.exists()


def test_a_probe_notes_how_true_the_documentation_is(make_journal: MakeJournal, lines: Callable) -> None:
    assert (
        perform("documentation", ["10", "9"], make_journal(RFORGE_PROBE="1"))
        == "9 of 10 statements are true."
    )
    [event] = lines()
    assert (event["documented"], event["accurate"], event["probe"]) == (10, 9, True)


def test_nobody_else_does(make_journal: MakeJournal, folder: Path) -> None:
    with pytest.raises(ValidationError, match="RFORGE_PROBE"):
        perform("documentation", ["10", "9"], make_journal())
    assert not folder.exists()


@pytest.mark.parametrize("words", [["10"], ["9", "10"], ["10", "9", "8"], ["10", "nine"]])
def test_numbers_that_make_no_sense_are_refused(make_journal: MakeJournal, words: list[str]) -> None:
    with pytest.raises(ValidationError):
        perform("documentation", words, make_journal(RFORGE_PROBE="1"))


def test_a_probe_is_told_where_nothing_is_kept(make_journal: MakeJournal) -> None:
    with pytest.raises(RforgeError, match="telemetry is off"):
        perform("documentation", ["10", "9"], make_journal(RFORGE_PROBE="1", DO_NOT_TRACK="1"))
