"""What the judge decides, with everything that led to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.judge.finding import BAND, fired
from phasegate.telemetry.judge.rule import Unattended

if TYPE_CHECKING:
    from phasegate.telemetry.judge.finding import Finding


class Ruling(str, Enum):
    """What shall become of a release. `KEEP` is a released one's: nothing speaks against it, and the watch goes on."""

    PROMOTE = "promote"
    HOLD = "hold"
    ROLL_BACK = "roll back"
    KEEP = "keep"


@dataclass(frozen=True)
class Decision:
    """What the judge decides.

    Attributes:
        ruling: what shall become of the release.
        reasons: why, in sentences.
        notes: how far the numbers reach, in sentences.
        findings: how each rule stands.
        causes: the rules that the ruling to roll back rests on.
        until_s: when a hold expires and a person has to decide, seconds since 1970.
        evidence: SHA-256 of the policy and the counts in canonical JSON (`case.write_case`); what has the same gives the same decision.
    """

    ruling: Ruling
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]
    causes: tuple[str, ...]
    until_s: float | None
    evidence: str

    @property
    def promotes(self) -> bool:
        """Whether the release may go on."""
        return self.ruling is Ruling.PROMOTE

    @property
    def acting(self) -> tuple[str, ...]:
        """The causes that may roll back alone."""
        return self._causes(Unattended.ON)

    @property
    def shadow(self) -> tuple[str, ...]:
        """The causes that would have rolled back, were they let."""
        return self._causes(Unattended.SHADOW)

    @property
    def waiting(self) -> tuple[str, ...]:
        """The causes that wait for a person."""
        return self._causes(Unattended.OFF)

    def _causes(self, mode: Unattended) -> tuple[str, ...]:
        found = fired(self.findings)
        return tuple(
            finding.rule.name
            for finding in found
            if finding.rule.name in self.causes and finding.rule.unattended is mode
        )

    def as_json(self) -> dict[str, Any]:
        """Itself as JSON has it."""
        return {
            "ruling": self.ruling.value,
            "reasons": list(self.reasons),
            "notes": list(self.notes),
            "band": BAND,
            "findings": [finding.as_json() for finding in self.findings],
            "unattended": {
                "acting": list(self.acting),
                "shadow": list(self.shadow),
                "waiting": list(self.waiting),
            },
            "until_s": self.until_s,
            "evidence": self.evidence,
        }
