"""The one base error and the one table of codes."""

from __future__ import annotations

import re

import pytest

from phasegate.errors import ErrorCode, PhasegateError


def test_no_two_codes_share_an_exit_status_or_a_reference() -> None:
    assert len({code.exit_status for code in ErrorCode}) == len(ErrorCode)
    assert len({code.reference for code in ErrorCode}) == len(ErrorCode)


def test_every_member_of_the_table_is_a_code_of_its_own() -> None:
    assert len(ErrorCode.__members__) == len(list(ErrorCode)), "two equal rows would be one Enum member"


@pytest.mark.parametrize("code", ErrorCode, ids=lambda code: code.reference)
def test_a_code_is_kebab_case_fits_an_exit_status_and_has_a_sentence(code: ErrorCode) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.reference)
    assert code.name.lower().replace("_", "-") == code.reference
    assert 1 <= code.exit_status <= 125, "126 and above belong to the shell"
    assert re.fullmatch(r"[A-Za-z].*\.", code.meaning)


def test_a_whole_error_reads_what_why_details_next() -> None:
    error = PhasegateError(
        ErrorCode.ROLLOUT_HELD, "Phase canary waits.", why="Not ripe.", hint="Wait.", details=("soak", "gate")
    )
    assert str(error) == (
        "error[rollout-held]: Phase canary waits.\n  why:  Not ripe.\n    - soak\n    - gate\n  next: Wait."
    )


def test_an_error_with_nothing_to_add_is_one_line() -> None:
    assert str(PhasegateError(ErrorCode.DECLINED, "You said no.")) == "error[declined]: You said no."


def test_scripts_get_the_same_as_json() -> None:
    error = PhasegateError(ErrorCode.DECLINED, "No.", why="W.", hint="H.", details=("d",))
    assert error.as_json() == {
        "code": "declined",
        "exit_status": 4,
        "what": "No.",
        "why": "W.",
        "details": ["d"],
        "hint": "H.",
    }
