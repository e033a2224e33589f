from __future__ import annotations

from phasegate.docs.exit_statuses import render
from phasegate.errors import ErrorCode


def test_exit_statuses_and_references_are_unique_and_fit_a_process() -> None:
    statuses = [code.exit_status for code in ErrorCode]
    assert len(set(statuses)) == len(statuses) == len(ErrorCode.__members__)
    assert len({code.reference for code in ErrorCode}) == len(statuses)
    assert all(1 <= status <= 125 for status in statuses)  # above, a shell speaks of signals


def test_every_code_has_one_row_and_the_rows_rise() -> None:
    rows = [line.split(" | ") for line in render().splitlines() if line.startswith("| ")][2:]
    assert [int(row[0].strip("| ")) for row in rows] == [0, *sorted(code.exit_status for code in ErrorCode)]
    assert {row[1] for row in rows[1:]} == {f"`{code.reference}`" for code in ErrorCode}
    assert render().endswith(" |\n")
