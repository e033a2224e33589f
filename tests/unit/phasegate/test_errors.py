"""The one base error and the one table of codes."""

from __future__ import annotations

import errno
import os
import re

import pytest

from phasegate.errors import ErrorCode, PhasegateError, unwritten, unwritten_in


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


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EACCES])
def test_a_file_that_the_system_refuses_is_named_with_the_reason(number: int) -> None:
    error = unwritten(OSError(number, os.strerror(number), "/some/file"))
    assert error is not None
    assert error.code is ErrorCode.FILE_UNWRITTEN
    assert error.what == f"The system refused a file: /some/file: {os.strerror(number)}"


def test_a_machine_without_a_temporary_folder_is_a_full_one() -> None:
    assert unwritten(FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"))


def test_another_error_of_the_system_is_none_of_a_file_s() -> None:
    assert unwritten(FileNotFoundError(errno.ENOENT, "No such file", "/some/file")) is None


@pytest.mark.parametrize(
    "words",
    [
        "error: x\nfatal: write error: No space left on device\n",
        "fatal: Unable to create '/r/index.lock': Read-only file system",
        "error: insufficient permission for adding an object to repository database .git/objects",
        "error: unable to write file x: File too large",
        "error: cannot update ref 'refs/x': couldn't write '/r/refs/x.lock'\n ! a..b  x -> y  (unable to update local ref)",
    ],
)
def test_a_file_that_git_could_not_write_is_told_in_git_s_own_words(words: str) -> None:
    error = unwritten_in(words)
    assert error is not None
    assert error.what.removeprefix("The system refused a file: ") in words


@pytest.mark.parametrize(
    "words",
    [
        "remote: fatal: write error: No space left on device",
        "git@host.test: Permission denied (publickey).",
        "fatal: the remote end hung up unexpectedly",
    ],
)
def test_a_file_of_the_remote_s_is_none_of_ours(words: str) -> None:
    assert unwritten_in(words) is None
