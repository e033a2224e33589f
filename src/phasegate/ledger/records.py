"""What an operation and the state are made of: frozen values that go to JSON and back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from phasegate.config import PHASES

T = TypeVar("T", bound="Record")

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Record:
    """A value of the ledger. Its JSON object has just its fields, and reading one is strict."""

    def as_json(self) -> JsonObject:
        """The JSON object of this record."""
        return asdict(self)

    @classmethod
    def from_json(cls: type[T], data: JsonObject) -> T:  # noqa: PYI019 - Python 3.9 has no Self
        """The record that `as_json` gave.

        Raises:
            TypeError, ValueError: `data` is no such record.
        """
        types = {f.name: str(f.type) for f in fields(cls)}
        unknown = sorted(set(data) - set(types))
        if unknown:
            raise ValueError(f"{cls.__name__} has no {', '.join(unknown)}")
        values = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}
        for key, value in values.items():
            _require_type(f"{cls.__name__}.{key}", types[key], value)
        return cls(**values)


_PLAIN_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "str | None": (str, type(None)),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
}


def _require_type(where: str, annotation: str, value: object) -> None:
    if not _fits(annotation, value):
        raise TypeError(f"{where} must be {annotation}, not {type(value).__name__}")


def _fits(annotation: str, value: object) -> bool:
    """Whether `value` is what `annotation` says; records were made by their own reading."""
    outer, _, inner = annotation.rstrip("]").partition("[")
    if outer == "tuple":
        return isinstance(value, tuple) and all(_fits(inner.partition(",")[0], item) for item in value)
    if outer == "dict":
        return isinstance(value, dict) and all(
            _fits(inner.partition(", ")[2], item) for item in value.values()
        )
    expected = _PLAIN_TYPES.get(annotation)
    return expected is None or (
        isinstance(value, expected) and (bool in expected or not isinstance(value, bool))
    )


@dataclass(frozen=True)
class Release(Record):
    """A version and the tree it stands for.

    Attributes:
        version: the version string; it means this tree for ever.
        kind: `candidate`, `release`, `rollback`, `flag`, or `adopted` (published before phasegate came).
        tree: the published tree.
        content: the tree with all stamped fields neutral: equal content is equal but for its stamps.
        commit: the release's commit.
        source: the commit it was made from.
        operation: the number of the operation that made it.
        at: when, ISO 8601 UTC.
        tag: its full tag ref, or None.
        restores: for a rollback, the version whose tree it brings back.
        flags: feature flag → enabled, as shipped.
        withdrawn: why it was taken back, or None.
    """

    version: str
    kind: str
    tree: str
    content: str
    commit: str
    source: str
    operation: int
    at: str
    tag: str | None = None
    restores: str | None = None
    flags: dict[str, bool] = field(default_factory=dict)
    withdrawn: str | None = None


@dataclass(frozen=True)
class Channel(Record):
    """Where a channel stands, and the versions it has carried, oldest first."""

    ref: str
    commit: str
    tree: str
    version: str
    history: tuple[str, ...] = ()


@dataclass(frozen=True)
class Docs(Record):
    """Where the docs branch stands.

    Attributes:
        ref: the docs branch.
        commit: its tip.
        tree: the tip's tree: the site and the status page.
        version: the version whose site it carries, or None while it has carried none.
        sites: version → its site's tree, oldest first.
        taken_back: the versions whose sites were rolled back.
    """

    ref: str
    commit: str
    tree: str
    version: str | None
    sites: dict[str, str] = field(default_factory=dict)
    taken_back: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rollout(Record):
    """A release on its way.

    Attributes:
        version: the version it will have in public.
        candidate: the version that internal and canary carry.
        source: the commit it was made from.
        content: the content all its releases share.
        notes: the release notes, Markdown.
        entered: phase → when it was entered, ISO 8601 UTC.
    """

    version: str
    candidate: str
    source: str
    content: str
    notes: str
    entered: dict[str, str] = field(default_factory=dict)

    @property
    def phase(self) -> str:
        """The phase it is in."""
        return next(phase for phase in reversed(PHASES) if phase in self.entered)


@dataclass(frozen=True)
class Judgement(Record):
    """A gate's verdict on a content, and why it was let through where it did not pass."""

    gate: str
    verdict: str
    reason: str
    content: str
    tree: str
    definition: str
    python: str
    at: str
    duration_s: float
    artifact: str | None = None
    overridden: str | None = None


@dataclass(frozen=True)
class Effect(Record):
    """Something outside the push that has to be done; `key` names it for ever."""

    key: str
    name: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome(Record):
    """That the effect `key` was performed, when, and with what result."""

    key: str
    at: str
    result: str


@dataclass(frozen=True)
class Move(Record):
    """A ref's step in an operation."""

    ref: str
    old: str | None
    new: str | None
