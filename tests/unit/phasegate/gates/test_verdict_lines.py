"""Verdict lines, and how they join a session's exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.gates.verdict_lines import VerdictLine, join, read_verdict_lines
from phasegate.verdict import Verdict

if TYPE_CHECKING:
    from pathlib import Path

lines_of = st.lists(st.sampled_from(Verdict).map(lambda verdict: VerdictLine("check", verdict, "")))


def test_lines_come_back_as_they_were_appended(tmp_path: Path) -> None:
    lines = (VerdictLine("a", Verdict.PASS, "well"), VerdictLine("b", Verdict.FAIL, "zwölf\nFehler"))
    for line in lines:
        line.append_to(tmp_path / "verdicts.jsonl")
    assert read_verdict_lines(tmp_path / "verdicts.jsonl") == lines


def test_no_file_means_no_lines(tmp_path: Path) -> None:
    assert read_verdict_lines(tmp_path / "verdicts.jsonl") == ()


@pytest.mark.parametrize(
    "text", ["nonsense", "[]", "7", '{"check": "a"}', '{"check": "a", "verdict": "FINE"}']
)
def test_a_line_that_makes_no_sense_is_an_error_of_its_own(tmp_path: Path, text: str) -> None:
    (tmp_path / "verdicts.jsonl").write_text(text + "\n\n", encoding="utf-8")
    [line] = read_verdict_lines(tmp_path / "verdicts.jsonl")
    assert line.verdict is Verdict.ERROR


@given(st.integers(min_value=1, max_value=255), lines_of)
def test_a_session_that_ended_badly_never_passes(status: int, lines: list[VerdictLine]) -> None:
    assert not join(status, lines).opens


@given(lines_of)
def test_a_session_that_ended_well_passes_only_if_every_line_does(lines: list[VerdictLine]) -> None:
    assert join(0, lines).opens == all(line.verdict.opens for line in lines)


def test_a_session_that_ended_badly_and_said_nothing_failed() -> None:
    assert join(1, ()) is Verdict.FAIL
