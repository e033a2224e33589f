"""Alert rules as values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from phasegate.telemetry.alerts.conditions import number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.telemetry.alerts.conditions import Condition
    from phasegate.telemetry.metrics.series import Store
    from phasegate.telemetry.severity import Severity


class Side(Enum):
    """On which side of its limit a value is bad."""

    ABOVE = ">"
    BELOW = "<"

    def is_bad(self, value: float, limit: float) -> bool:
        """Whether `value` is beyond `limit`; NaN never is."""
        return value > limit if self is Side.ABOVE else value < limit


@dataclass(frozen=True)
class Limit:
    """Where a value becomes bad."""

    side: Side
    value: float

    def promql(self, expression: str) -> str:
        """`expression`, kept where it is bad."""
        return f"{expression} {self.side.value} {number_text(self.value)}"

    def beyond(self, values: Mapping[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
        """The groups whose values are bad."""
        return {key: value for key, value in values.items() if self.side.is_bad(value, self.value)}


@dataclass(frozen=True)
class Rule:
    """An alert: fires for each group whose value has been beyond the limit for long enough.

    Attributes:
        name: what it is called, such as `ErrorRateCritical`.
        severity: how urgent it is.
        condition: what it watches.
        limit: where that becomes bad.
        by: the labels it groups by.
        for_s: how long the value has to be bad before it fires, in seconds.
        keep_firing_for_s: how long it goes on firing once the value is good again, in seconds.
        summary: what it means, for people.
        runbook: the section of the runbooks that says what to do.
    """

    name: str
    severity: Severity
    condition: Condition
    limit: Limit
    by: tuple[str, ...]
    for_s: float
    keep_firing_for_s: float
    summary: str
    runbook: str

    @property
    def labels(self) -> frozenset[str]:
        """The labels that it asks about."""
        return frozenset(self.by) | self.condition.labels

    def promql(self) -> str:
        """The alert's expression for Prometheus."""
        bad, guard = self.limit.promql(self.condition.promql(self.by)), self.condition.guard(self.by)
        return f"{bad} and {guard}" if guard else bad

    def values(self, store: Store, at_s: float) -> dict[tuple[str, ...], float]:
        """Its value of each group that has one; none at all is no data."""
        return self.condition.values(store, self.by, at_s)


@dataclass(frozen=True)
class Recorded:
    """A metric that is computed from others: a rate, a share; or, by a formula in PromQL, from those.

    Attributes:
        name: the metric's name.
        condition: what it is; None where a formula says it.
        by: the labels it has.
        formula: what it is, in PromQL over other recorded metrics; empty where the condition says it.
    """

    name: str
    condition: Condition | None
    by: tuple[str, ...]
    formula: str = ""

    def promql(self) -> str:
        """Its expression for Prometheus."""
        return self.condition.promql(self.by) if self.condition is not None else self.formula


@dataclass(frozen=True)
class RuleBook:
    """All that the rule file says: the alerts, and the metrics that are computed from others."""

    rules: tuple[Rule, ...]
    recorded: tuple[Recorded, ...]
