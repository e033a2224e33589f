"""What makes a tree 'already judged'."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phasegate.config import Gate
from phasegate.gates.definition import definition

GATE = Gate("docs", "docs", ("a", "b"), "site")


def test_the_same_run_has_the_same_definition_whatever_the_gate_is_called() -> None:
    assert definition(b"noxfile", GATE) == definition(b"noxfile", replace(GATE, name="other"))


@pytest.mark.parametrize(
    "other",
    [
        replace(GATE, session="more"),
        replace(GATE, args=("ab",)),
        replace(GATE, args=("a", "b", "")),
        replace(GATE, artifact=None),
        replace(GATE, artifact="sit"),
    ],
)
def test_another_session_arguments_or_artifact_is_another_definition(other: Gate) -> None:
    assert definition(b"noxfile", other) != definition(b"noxfile", GATE)


def test_another_noxfile_is_another_definition() -> None:
    assert definition(b"noxfile ", GATE) != definition(b"noxfile", GATE)
