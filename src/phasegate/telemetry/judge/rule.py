"""What the judge asks of a release: each rule with the error probability that it may spend."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(str, Enum):
    """What a rule compares, and with what."""

    ABSOLUTE = "absolute"
    AGAINST_CONTROL = "against-control"
    SLOWER = "slower"
    SILENCE = "silence"


class Measure(str, Enum):
    """What is counted of the units; its value is the name of the count in a `Tally`."""

    FAILURES = "failures"
    OVER_BUDGET = "over_budget"
    SLOW = "slow"
    ACTIVE = "active"


class Unattended(str, Enum):
    """What a rule may do alone: nothing, say what it would have done, or roll back."""

    OFF = "off"
    SHADOW = "shadow"
    ON = "on"


@dataclass(frozen=True)
class Rule:
    """A hypothesis that holds for a healthy release, and how sure one has to be that it does not.

    Attributes:
        name: what it is called.
        severity: how bad it is when it fires.
        kind: what is compared with what.
        measure: which count is looked at.
        limit: what is still healthy. Of `absolute`: the highest share of units. Of `slower`: the same, of units that are slow.
            Of `against-control`: the highest ratio of the odds to the control's. Of `silence`: the highest share of the expected
            heartbeats that may be missing.
        alpha: the highest probability, over a whole release, that it fires on a healthy one.
        unattended: what it may do alone.
    """

    name: str
    severity: Severity
    kind: Kind
    measure: Measure
    limit: float
    alpha: float
    unattended: Unattended = Unattended.OFF

    def __post_init__(self) -> None:
        is_ratio = self.kind is Kind.AGAINST_CONTROL
        if not (0 < self.alpha < 1 and self.limit > 0 and (is_ratio or self.limit < 1)):
            raise ValueError(f"{self.name}: no limit of {self.limit} at an error probability of {self.alpha}")

    def as_json(self) -> dict[str, Any]:
        """Itself as JSON has it."""
        return {
            "name": self.name,
            "severity": self.severity.value,
            "kind": self.kind.value,
            "measure": self.measure.value,
            "limit": float(self.limit),
            "alpha": float(self.alpha),
            "unattended": self.unattended.value,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Rule:
        """The inverse of `as_json`; raises `KeyError`, `TypeError` or `ValueError` for what is none."""
        return cls(
            str(content["name"]),
            Severity(content["severity"]),
            Kind(content["kind"]),
            Measure(content["measure"]),
            float(content["limit"]),
            float(content["alpha"]),
            Unattended(content["unattended"]),
        )
