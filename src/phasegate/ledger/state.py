"""The state of all releases: a pure fold over the operations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from phasegate.ledger.operation import SCHEMA, Operation, record, record_map, records
from phasegate.ledger.records import Channel, Docs, Effect, JsonObject, Judgement, Record, Release, Rollout

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class State(Record):
    """Everything that is true after `length` operations.

    Attributes:
        length: how many operations there were.
        channels: channel name → where it stands.
        docs: where the docs branch stands, or None before its first publication.
        rollout: the rollout that is under way or has reached public, or None.
        releases: version → release, for every version ever used.
        judgements: gate → its latest verdict on the rollout's content.
        effects: the effects that are still to be performed, oldest first.
    """

    length: int = 0
    schema: int = SCHEMA
    channels: dict[str, Channel] = field(default_factory=dict)
    docs: Docs | None = None
    rollout: Rollout | None = None
    releases: dict[str, Release] = field(default_factory=dict)
    judgements: dict[str, Judgement] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()

    @classmethod
    def from_json(cls, data: JsonObject) -> State:
        """The state that `as_json` gave; raises TypeError or ValueError for anything else."""
        return super().from_json({
            **data,
            "channels": record_map(data, "channels", Channel.from_json),
            "docs": record(data, "docs", Docs.from_json),
            "rollout": record(data, "rollout", Rollout.from_json),
            "releases": record_map(data, "releases", Release.from_json),
            "judgements": record_map(data, "judgements", Judgement.from_json),
            "effects": records(data, "effects", Effect.from_json),
        })  # fmt: skip

    def apply(self, operation: Operation) -> State:
        """The state after `operation`.

        Raises:
            ValueError: the operation is not the next one, or gives a used version another tree.
        """
        if operation.number != self.length + 1:
            raise ValueError(f"operation {operation.number} cannot follow operation {self.length}")
        done = {outcome.key for outcome in operation.outcomes}
        return State(
            length=operation.number,
            channels={**self.channels, **operation.channels},
            docs=operation.docs or self.docs,
            rollout=operation.rollout,
            releases=_withdraw(_add(self.releases, operation.releases), operation.withdrawn),
            judgements=_judgements(self, operation),
            effects=tuple(e for e in (*self.effects, *operation.effects) if e.key not in done),
        )

    @property
    def withdrawn(self) -> dict[str, str]:
        """Version → why it was taken back, for the releases that were."""
        return {v: r.withdrawn for v, r in self.releases.items() if r.withdrawn is not None}

    def carried_by(self, content: str) -> tuple[str, ...]:
        """The channels whose current release has `content`."""
        return tuple(n for n, c in self.channels.items() if self.releases[c.version].content == content)


def _add(known: Mapping[str, Release], made: tuple[Release, ...]) -> dict[str, Release]:
    releases = dict(known)
    for release in made:
        earlier = releases.get(release.version)
        if earlier is not None and earlier.tree != release.tree:
            raise ValueError(f"version {release.version} stands for tree {earlier.tree} already")
        releases[release.version] = release
    return releases


def _withdraw(releases: Mapping[str, Release], withdrawn: Mapping[str, str]) -> dict[str, Release]:
    return {
        version: replace(release, withdrawn=withdrawn[version]) if version in withdrawn else release
        for version, release in releases.items()
    }


def _judgements(state: State, operation: Operation) -> dict[str, Judgement]:
    if operation.rollout is None:
        return {}
    all_known = {**state.judgements, **{j.gate: j for j in operation.judgements}}
    return {gate: j for gate, j in all_known.items() if j.content == operation.rollout.content}
