"""What every command says in every mode and format, byte for byte as it was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

import pytest

from measuring.ecosystem import PACKAGE
from measuring.tables import FORMATS, Case, cases

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

SNAPSHOTS_OF = {f"{case.command}-{case.mode}-{form}": (case, form) for case in cases() for form in FORMATS}


@pytest.mark.parametrize("name", SNAPSHOTS_OF)
def test_every_command_says_in_every_mode_and_format_what_it_said(
    name: str,
    rforge: Callable[..., subprocess.CompletedProcess[str]],
    assert_as_recorded: Callable[[str, str], None],
) -> None:
    case, form = SNAPSHOTS_OF[name]
    arguments = command_line(case, form)
    ended = rforge(*arguments)
    assert "Traceback" not in ended.stderr
    assert_as_recorded(
        name,
        f"$ rforge {' '.join(arguments)}\nexit status {ended.returncode}\n"
        f"--- stdout\n{ended.stdout}--- stderr\n{ended.stderr}",
    )


def command_line(case: Case, form: str) -> list[str]:
    named = [context] if (context := case.context(PACKAGE)) else []
    return [case.command, *named, "--mode", case.mode, "--format", form]


def test_nothing_is_recorded_that_no_command_says(request: pytest.FixtureRequest) -> None:
    folder: Path = request.path.with_name("snapshots")
    assert {file.stem for file in folder.glob("*.txt")} == set(SNAPSHOTS_OF)
