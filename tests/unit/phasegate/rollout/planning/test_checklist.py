"""The checklist: which gate stands where, and what an empty group means."""

from __future__ import annotations

from dataclasses import replace

from phasegate.config import Config, Gate, Group, Phase
from phasegate.rollout.planning.checklist import checklist
from phasegate.tasks.render import checklist_lines
from phasegate.verdict import Verdict
from unit.phasegate.rollout.states import judgement

GATES = {"quick": Gate("quick", "performance", ("--quick",), group=Group.PERFORMANCE)}
CONFIG = replace(
    Config(), gates=GATES, phases={"internal": Phase("internal", "internal", ("tests", "docs", "quick"))}
)


def test_the_groups_are_five_in_their_order_and_gates_stand_in_theirs() -> None:
    parts = checklist(CONFIG, [judgement(name, "c") for name in ("quick", "docs", "tests")])
    assert [(part.group.value, [j.gate for j in part.judgements]) for part in parts] == [
        ("code", ["tests"]),
        ("documentation", ["docs"]),
        ("performance", ["quick"]),
        ("security", []),
        ("compatibility", []),
    ]


def test_a_group_that_no_gate_examines_is_inconclusive() -> None:
    verdicts = {part.group: part.verdict for part in checklist(CONFIG, [judgement("tests", "c")])}
    assert verdicts[Group.CODE] is Verdict.PASS
    assert verdicts[Group.SECURITY] is Verdict.INCONCLUSIVE


def test_a_group_is_as_bad_as_its_worst_item() -> None:
    judgements = [
        judgement("tests", "c"),
        replace(judgement("lint", "c"), verdict="FAIL", reason="a long line"),
    ]
    assert checklist(CONFIG, judgements)[0].verdict is Verdict.FAIL


def test_people_see_each_item_with_its_evidence() -> None:
    lines = checklist_lines(checklist(CONFIG, [judgement("tests", "c")]))
    assert lines[0] == "code: PASS"
    assert "tests" in lines[1]
    assert "fine" in lines[1]
    assert lines[2:4] == ["documentation: INCONCLUSIVE", "  no gate examines it"]
