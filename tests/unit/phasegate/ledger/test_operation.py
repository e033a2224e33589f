from __future__ import annotations

import pytest

from phasegate.ledger.operation import SCHEMA, Operation
from phasegate.ledger.records import Channel, Docs, Effect, Move

OPERATION = Operation(1, "deploy", "Deploy", "2027-01-15T08:00:00Z", "Ada <ada@example.test>", "", "hash")


def test_an_operation_says_which_schema_it_has() -> None:
    assert OPERATION.as_json()["schema"] == SCHEMA == 1


def test_what_is_inside_an_operation_is_read_into_records() -> None:
    read = Operation.from_json({
        **OPERATION.as_json(),
        "moves": [{"ref": "r", "old": None, "new": "n"}],
        "channels": {"stable": {"ref": "r", "commit": "c", "tree": "t", "version": "1.0.0"}},
        "docs": {"ref": "d", "commit": "c", "tree": "t", "version": None},
        "effects": [{"key": "1/x", "name": "x"}],
    })  # fmt: skip
    assert read.moves == (Move("r", None, "n"),)
    assert read.channels == {"stable": Channel("r", "c", "t", "1.0.0")}
    assert read.docs == Docs("d", "c", "t", None)
    assert read.effects == (Effect("1/x", "x"),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"moves": [{"ref": "r"}]},
        {"moves": ["r"]},
        {"moves": None},
        {"channels": {"stable": {"ref": 1}}},
        {"docs": "gh-pages"},
        {"rollout": {"version": "1.0.0", "colour": "red"}},
        {"judgements": [{"gate": "tests"}]},
        {"outcomes": 7},
        {"colour": "red"},
        {"number": "1"},
    ],
)
def test_an_operation_with_anything_foreign_in_it_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Operation.from_json({**OPERATION.as_json(), **wrong})
