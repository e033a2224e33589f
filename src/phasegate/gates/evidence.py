"""Evidence: what a gate found, and what exactly it looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from phasegate.verdict import Verdict

_TEXTS = ("gate", "reason", "content", "tree", "definition", "python", "at")


@dataclass(frozen=True)
class Evidence:
    """One gate's verdict on one tree.

    Attributes:
        gate: the gate's name.
        verdict: what it found.
        reason: why, in one line for people.
        content: digest of the tree without its stamped fields: what the evidence carries over to.
        tree: id of the git tree that was judged.
        definition: digest of what the gate runs (see `phasegate.gates.definition`).
        python: the Python that ran it, as `3.12`.
        at: when the judging began, ISO 8601, UTC.
        duration_s: how long it took, in seconds.
        artifact: id of the git tree that the gate built, or None.
        details: the last lines of the output, for an error message; they are not recorded.
    """

    gate: str
    verdict: Verdict
    reason: str
    content: str
    tree: str
    definition: str
    python: str
    at: str
    duration_s: float
    artifact: str | None = None
    details: tuple[str, ...] = field(default=(), compare=False)

    def covers(self, content: str, definition: str, python: str) -> bool:
        """Whether this is evidence for that content, judged by that definition on that Python."""
        return (self.content, self.definition, self.python) == (content, definition, python)

    def as_json(self) -> dict[str, Any]:
        """The evidence as the ledger records it."""
        value = asdict(self)
        del value["details"]
        return {**value, "verdict": self.verdict.value}

    @classmethod
    def from_json(cls, value: object) -> Evidence:
        """The evidence that `as_json` gave.

        Raises:
            ValueError: `value` is no such thing.
        """
        if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in _TEXTS):
            raise ValueError("evidence needs the texts " + ", ".join(_TEXTS))
        duration_s, artifact = value.get("duration_s"), value.get("artifact")
        if not isinstance(duration_s, (int, float)) or isinstance(duration_s, bool):
            raise ValueError("evidence needs duration_s, in seconds")  # noqa: TRY004 - one error for bad data
        if artifact is not None and not isinstance(artifact, str):
            raise ValueError("evidence's artifact is a tree id or null")
        texts = {name: value[name] for name in _TEXTS}
        verdict = Verdict(value.get("verdict"))
        return cls(**texts, verdict=verdict, duration_s=float(duration_s), artifact=artifact)
