"""One entry of the ledger: plan, who, when, why, evidence, and what it made of the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phasegate.ledger.records import (
    Channel,
    Docs,
    Effect,
    JsonObject,
    Judgement,
    Move,
    Outcome,
    Record,
    Release,
    Rollout,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = 1
"""The schema of what is written. Older ones stay readable; a newer one is refused."""


@dataclass(frozen=True)
class Operation(Record):
    """A change of the world, as it was published.

    Attributes:
        number: 1 for the first; counts without gaps.
        kind: `deploy`, `rollback`, `effects` or `notice`.
        title: one line for people.
        at: when, ISO 8601 UTC.
        who: `name <email>`.
        why: the reason given, or empty.
        plan: the hash of the plan.
        moves: the refs that moved with it (the ledger's own aside).
        releases: the releases it made or adopted.
        channels: the channels that moved, as they stand after it.
        docs: the docs branch as it stands after it, if it moved.
        rollout: the rollout after it, or None.
        withdrawn: version → reason, for the releases it took back.
        judgements: the evidence it rests on.
        overrides: the holds that were passed, each with its reason.
        effects: what has to be done after it.
        outcomes: which effects of earlier operations it records as done.
    """

    number: int
    kind: str
    title: str
    at: str
    who: str
    why: str
    plan: str
    schema: int = SCHEMA
    moves: tuple[Move, ...] = ()
    releases: tuple[Release, ...] = ()
    channels: dict[str, Channel] = field(default_factory=dict)
    docs: Docs | None = None
    rollout: Rollout | None = None
    withdrawn: dict[str, str] = field(default_factory=dict)
    judgements: tuple[Judgement, ...] = ()
    overrides: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    @classmethod
    def from_json(cls, data: JsonObject) -> Operation:
        """The operation that `as_json` gave; raises TypeError or ValueError for anything else."""
        return super().from_json({
            **data,
            "moves": records(data, "moves", Move.from_json),
            "releases": records(data, "releases", Release.from_json),
            "channels": record_map(data, "channels", Channel.from_json),
            "docs": record(data, "docs", Docs.from_json),
            "rollout": record(data, "rollout", Rollout.from_json),
            "judgements": records(data, "judgements", Judgement.from_json),
            "effects": records(data, "effects", Effect.from_json),
            "outcomes": records(data, "outcomes", Outcome.from_json),
        })  # fmt: skip


def record(data: JsonObject, key: str, parse: Callable[[JsonObject], Record]) -> Record | None:
    """The record under `key`, or None."""
    return parse(data[key]) if data.get(key) is not None else None


def records(data: JsonObject, key: str, parse: Callable[[JsonObject], Record]) -> tuple[Record, ...]:
    """The records in the list under `key`."""
    return tuple(parse(item) for item in data.get(key, ()))


def record_map(data: JsonObject, key: str, parse: Callable[[JsonObject], Record]) -> dict[str, Record]:
    """The records in the object under `key`, by their names."""
    return {name: parse(item) for name, item in data.get(key, {}).items()}
