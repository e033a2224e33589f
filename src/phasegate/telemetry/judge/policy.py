"""The rules of a release, and what has to be known before it may go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.judge.rule import Kind, Measure, Rule
from phasegate.telemetry.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ERROR = 0.05
"""The highest probability that anything fires on a healthy release."""
_ROUNDING = 1e-12

RULES = (
    Rule("critical-error-rate", Severity.CRITICAL, Kind.ABSOLUTE, Measure.FAILURES, 0.10, 0.02),
    Rule("error-rate", Severity.HIGH, Kind.ABSOLUTE, Measure.FAILURES, 0.05, 0.01),
    Rule("over-budget", Severity.HIGH, Kind.ABSOLUTE, Measure.OVER_BUDGET, 0.05, 0.01),
    Rule("slower", Severity.MEDIUM, Kind.SLOWER, Measure.SLOW, 0.50, 0.0025),
    Rule("error-rate-above-control", Severity.MEDIUM, Kind.AGAINST_CONTROL, Measure.FAILURES, 1.0, 0.0025),
    Rule("silence", Severity.MEDIUM, Kind.SILENCE, Measure.ACTIVE, 0.50, 0.0025),
)
"""By default critical 2 %, high 2 %, medium 1 % (its fourth quarter is `Policy.median_alpha`)."""


@dataclass(frozen=True)
class Policy:
    """What a release has to show.

    Attributes:
        rules: what has to hold.
        min_units: how many units each arm needs before a promotion; no failure in 300 bounds the rate below 1 %.
        patience_s: how long after the beginning of the watch a hold expires, seconds.
        control: whether there is a version to compare with; a first release has none.
        is_random: whether chance decided who got the canary; a channel that people choose is observational.
        slowdown: how many times the control's median a run may take before it is slow.
        median_alpha: the highest probability that the limit for slow runs is ever below that.
        expected_share: the canary's share of heartbeats before the release; None: its share of the installs that are known.
        rolls_back: severities of which a rule that fired rolls back; one of the others holds.
        horizon: of a release that everybody has: within how many units its error probability is meant; None: a candidate.
    """

    rules: tuple[Rule, ...] = RULES
    min_units: int = 300
    patience_s: float = 7 * 86_400.0
    control: bool = True
    is_random: bool = False
    slowdown: float = 1.2
    median_alpha: float = 0.0025
    expected_share: float | None = None
    rolls_back: tuple[Severity, ...] = (Severity.CRITICAL, Severity.HIGH)
    horizon: int | None = None

    def __post_init__(self) -> None:
        if len({rule.name for rule in self.rules}) < len(self.rules):
            raise ValueError("two rules have one name")
        if self.error_probability > MOST_ERROR + _ROUNDING:
            raise ValueError(
                f"an error probability of {self.error_probability:.2%} a release, over {MOST_ERROR:.0%}"
            )
        if self.expected_share is not None and not 0 < self.expected_share < 1:
            raise ValueError(f"{self.expected_share} is no share of heartbeats")

    @property
    def error_probability(self) -> float:
        """The highest probability that anything fires on a healthy release."""
        is_timed = any(rule.kind is Kind.SLOWER for rule in self.rules)
        return sum(rule.alpha for rule in self.rules) + self.median_alpha * is_timed

    def as_json(self) -> dict[str, Any]:
        """Itself as JSON has it."""
        return {
            "rules": [rule.as_json() for rule in self.rules],
            "min_units": self.min_units,
            "patience_s": float(self.patience_s),
            "control": self.control,
            "is_random": self.is_random,
            "slowdown": float(self.slowdown),
            "median_alpha": float(self.median_alpha),
            "expected_share": self.expected_share,
            "rolls_back": [severity.value for severity in self.rolls_back],
            **({} if self.horizon is None else {"horizon": self.horizon}),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Policy:
        """The inverse of `as_json`; raises `KeyError`, `TypeError` or `ValueError` for what is none."""
        share = content["expected_share"]
        return cls(
            tuple(Rule.from_json(rule) for rule in content["rules"]),
            int(content["min_units"]),
            float(content["patience_s"]),
            bool(content["control"]),
            bool(content["is_random"]),
            float(content["slowdown"]),
            float(content["median_alpha"]),
            None if share is None else float(share),
            tuple(Severity(name) for name in content["rolls_back"]),
            int(content["horizon"]) if "horizon" in content else None,
        )
