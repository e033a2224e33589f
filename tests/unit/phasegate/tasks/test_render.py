"""What people read, to the letter."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from phasegate.ledger.operation import Operation
from phasegate.ledger.records import Judgement
from phasegate.rollout.proving.rehearsal import Step
from phasegate.rollout.proving.verify import Check
from phasegate.tasks.render import (
    check_lines,
    history_lines,
    judgement_lines,
    status_lines,
    step_line,
    step_table,
    table,
)
from phasegate.verdict import Verdict

AT = "2027-01-15T08:00:00Z"


def text(expected: str) -> list[str]:
    return dedent(expected).strip("\n").split("\n")


def channel(version: str, **fields: Any) -> dict[str, Any]:
    plain = {
        "version": version,
        "commit": "0123456789abcdef",
        "restores": None,
        "withdrawn": False,
        "moved": False,
    }
    return {**plain, **fields}


def status(**fields: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {"channels": {}, "docs": None, "rollout": None, "effects": {"open": []}}
    return {**nothing, "ledger": {"head": None, "length": 0}, **fields}


def test_the_status_before_the_first_release() -> None:
    assert status_lines(status()) == text("""
        Nothing has been published yet.

        No rollout is under way.
        ledger: 0 operations at no commit
    """)


def test_the_status_of_a_rollout_under_way() -> None:
    described = status(
        channels={
            "internal": channel("1.1.0-rc.1"),
            "canary": channel("1.1.0-rc.2", moved=True, withdrawn=True),
            "stable": channel("1.0.1", restores="1.0.0"),
        },
        docs={"commit": "fedcba9876543210", "version": None},
        rollout={
            "version": "1.1.0",
            "phase": "canary",
            "since": AT,
            "holds": [
                {
                    "kind": "soak",
                    "reason": "1.1.0-rc.1 soaks in phase canary",
                    "until": "2027-01-15T09:00:00Z",
                },
                {"kind": "evidence", "reason": "no verdict of gate docs", "until": None},
            ],
        },
        effects={"open": ["7/notice:file"]},
        ledger={"head": "abc", "length": 7},
    )
    assert status_lines(described) == text("""
        channel   version     commit        note
        internal  1.1.0-rc.1  0123456789ab
        canary    1.1.0-rc.2  0123456789ab  withdrawn, moved by someone else
        stable    1.0.1       0123456789ab  restores 1.0.0
        docs      -           fedcba987654

        rollout of 1.1.0: in phase canary since 2027-01-15T08:00:00Z
          held by soak: 1.1.0-rc.1 soaks in phase canary (until 2027-01-15T09:00:00Z)
          held by evidence: no verdict of gate docs
        open effect: 7/notice:file
        ledger: 7 operations at abc
    """)


def test_the_status_with_the_docs_alone() -> None:
    described = status(docs={"commit": "fedcba9876543210", "version": "1.0.0"})
    assert status_lines(described)[:2] == text("""
        channel  version  commit        note
        docs     1.0.0    fedcba987654
    """)


def test_the_history() -> None:
    operations = [
        Operation(
            10, "rollback", "Roll back stable 1.1.0 → 1.1.1 (restores 1.0.0)", AT, "Ada <a@b>", "it burns", ""
        ),
        Operation(9, "effects", "Record 2 effects", AT, "Grace <grace@b>", "", ""),
    ]
    assert history_lines(operations) == text("""
        10  2027-01-15T08:00:00Z  Ada <a@b>        Roll back stable 1.1.0 → 1.1.1 (restores 1.0.0) (it burns)
        9   2027-01-15T08:00:00Z  Grace <grace@b>  Record 2 effects
    """)


def test_the_history_of_an_empty_ledger() -> None:
    assert history_lines([]) == ["The ledger is empty."]


def judgement(gate: str, verdict: str, reason: str, duration_s: float) -> Judgement:
    return Judgement(gate, verdict, reason, "c", "t", "d", "3.11", AT, duration_s)


def test_the_verdicts_of_gates() -> None:
    found = [
        judgement("tests", "PASS", "412 tests", 61.26),
        judgement("security", "INCONCLUSIVE", "nothing was audited", 0.04),
    ]
    assert judgement_lines(found) == text("""
        tests     PASS          61.3 s  412 tests
        security  INCONCLUSIVE  0.0 s   nothing was audited
    """)


def test_no_verdicts() -> None:
    assert judgement_lines([]) == ["No gate was asked for."]


def test_the_checks_of_what_is_published() -> None:
    checks = [
        Check("refs/heads/stable", Verdict.PASS, "at 0123"),
        Check("ledger", Verdict.FAIL, "its operations do not fold to its state"),
    ]
    assert check_lines(checks) == text("""
        PASS  refs/heads/stable  at 0123
        FAIL  ledger             its operations do not fold to its state
    """)
    assert check_lines([]) == []


STEPS = [
    Step("deploy to internal", Verdict.PASS, "", 0.5),
    Step("rollback --quick", Verdict.FAIL, "channel stable did not fast-forward", 1.256),
]


def test_a_step_of_the_rehearsal() -> None:
    assert step_line(STEPS[1]) == "FAIL  rollback --quick  1.26 s"


def test_the_whole_rehearsal() -> None:
    assert step_table(STEPS) == text("""
        verdict  step                seconds  what
        PASS     deploy to internal  0.50
        FAIL     rollback --quick    1.26     channel stable did not fast-forward
        2 steps in 1.8 s
    """)


CELLS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=5)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), max_size=5)))
def test_the_columns_of_a_table_begin_at_the_same_place(rows: list[list[str]]) -> None:
    lines = table(rows)
    assert [line.split() for line in lines] == rows
    for column in range(len(rows[0]) if rows else 0):
        width = sum(max(len(row[i]) for row in rows) + 2 for i in range(column))
        assert all(line[width:].startswith(row[column]) for line, row in zip(lines, rows))
