"""A plan: frozen, hashed, and complete, so that building it gives the same objects each time. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from phasegate.ledger.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.git.repository import Identity
    from phasegate.ledger.records import Release, Rollout

NODE = "@"
"""Marks a name of an object that the plan will build, where an object id may stand too."""


@dataclass(frozen=True)
class TreeSpec:
    """A tree: `base` (None: empty) with some files replaced, added, or removed (None)."""

    base: str | None
    replaced: Mapping[str, bytes | None] = field(default_factory=dict)


@dataclass(frozen=True)
class CommitSpec:
    """A commit to build, known to the rest of the plan as `@node`."""

    node: str
    tree: TreeSpec
    parents: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class TagSpec:
    """An annotated tag to build, known to the rest of the plan as `@ref`."""

    ref: str
    target: str
    message: str


@dataclass(frozen=True)
class PlannedMove:
    """A ref's step from what was observed (None: absent) to an id, a node, or nothing (None: deleted)."""

    ref: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class PlannedRelease:
    """A release to record; `node` is its commit."""

    version: str
    kind: str
    node: str
    content: str
    source: str
    tag: str | None = None
    restores: str | None = None
    flags: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedChannel:
    """A channel's next commit and version; `adopted` is the version that was there before phasegate came."""

    name: str
    ref: str
    node: str
    version: str
    adopted: str | None = None


@dataclass(frozen=True)
class PlannedDocs:
    """The docs branch's next commit: the site of `version`, where it changes."""

    ref: str
    node: str
    version: str | None
    site: str | None


@dataclass(frozen=True)
class PlannedEffect:
    """Something to do after the push."""

    name: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hold:
    """Why a rollout waits; `until` is when it ends by itself (ISO 8601 UTC), or None."""

    kind: str
    reason: str
    until: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}{f' (until {self.until})' if self.until else ''}"

    def as_json(self) -> dict[str, str | None]:
        """The same for scripts."""
        return {"kind": self.kind, "until": self.until, "reason": self.reason}


@dataclass(frozen=True)
class Plan:
    """What an operation will do, before anything happened.

    Attributes:
        kind: `deploy`, `rollback` or `notice`.
        title: one line for people.
        why: the reason given, or empty.
        at_s: the time of every object in it, seconds since 1970.
        identity: who acts.
        number: the ledger entry that it becomes.
        ledger_head: the ledger it follows.
        judged: the node whose tree the gates judge, or None.
        content: the content that the published trees must have; None where there is none.
        gates: the gates that must have judged it.
        holds: what it waits for.
        rollout: the rollout after it.
        withdrawn: version → reason.
    """

    kind: str
    title: str
    why: str
    at_s: int
    identity: Identity
    number: int
    ledger_head: str | None
    commits: tuple[CommitSpec, ...] = ()
    tags: tuple[TagSpec, ...] = ()
    moves: tuple[PlannedMove, ...] = ()
    releases: tuple[PlannedRelease, ...] = ()
    adopted: tuple[Release, ...] = ()
    channels: tuple[PlannedChannel, ...] = ()
    docs: PlannedDocs | None = None
    rollout: Rollout | None = None
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    effects: tuple[PlannedEffect, ...] = ()
    judged: str | None = None
    content: str | None = None
    gates: tuple[str, ...] = ()
    holds: tuple[Hold, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether the world is as asked for already."""
        return not self.moves and not self.effects

    @property
    def at(self) -> str:
        """When, ISO 8601 UTC."""
        return iso(self.at_s)

    def as_json(self) -> dict[str, Any]:
        """The plan for scripts and for the hash; file contents appear by their SHA-256."""
        data: dict[str, Any] = _plain(self)
        return data

    @property
    def hash(self) -> str:
        """SHA-256 over everything but the time: equal hashes change the world equally.

        A changelog's date is content, so the hash of a plan that writes one changes at midnight UTC.
        """
        return hashlib.sha256(json.dumps(_timeless(self.as_json()), sort_keys=True).encode()).hexdigest()


def _timeless(data: dict[str, Any]) -> dict[str, Any]:
    rollout = data["rollout"] and {**data["rollout"], "entered": None}
    adopted = [{**release, "at": None} for release in data["adopted"]]
    effects = [{**e, "values": {**e["values"], "when": None, "until": None}} for e in data["effects"]]
    return {**data, "at_s": None, "holds": None, "rollout": rollout, "adopted": adopted, "effects": effects}


def _plain(value: object) -> Any:
    if isinstance(value, bytes):
        return f"sha256:{hashlib.sha256(value).hexdigest()}"
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
