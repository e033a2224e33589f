"""The states of alerts over time: inactive, pending, firing, resolved; a pure step from one evaluation to the next.

As in Prometheus 2.42 (`rules/alerting.go`): an alert is pending until its value was bad for `for`, goes on firing for
`keep_firing_for` once the value is good, and begins anew when it was good while pending. That there is no data is a
state of its own. States go to JSON and back, so that timers survive a restart.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from phasegate.telemetry.alerts.rule import Rule
    from phasegate.telemetry.metrics.series import Store

SCHEMA = 1


class Phase(str, Enum):
    """Where an alert stands."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"
    NO_DATA = "no data"


@dataclass(frozen=True)
class Alert:
    """One alert: a rule, and the group that it is about.

    Attributes:
        rule: the rule's name.
        severity: how urgent it is.
        labels: label → value of its group.
        phase: where it stands.
        value: the value that was bad last, or None where there is no data.
        since_s: since when the value is bad, seconds since 1970.
        fired_s: since when it fires, or None.
        good_s: since when the value is good again while it goes on firing, or None.
        resolved_s: when it stopped firing, or None.
    """

    rule: str
    severity: Severity
    labels: tuple[tuple[str, str], ...]
    phase: Phase
    value: float | None
    since_s: float
    fired_s: float | None = None
    good_s: float | None = None
    resolved_s: float | None = None

    @property
    def fingerprint(self) -> str:
        """What tells it from every other alert: its rule and its labels."""
        return f"{self.rule}{{{','.join(f'{name}={value}' for name, value in self.labels)}}}"

    def as_json(self) -> dict[str, Any]:
        """The JSON object of this alert."""
        return {
            **asdict(self),
            "severity": self.severity.value,
            "labels": dict(self.labels),
            "phase": self.phase.value,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Alert:
        """The alert that `as_json` gave; raises TypeError, KeyError or ValueError for anything else."""
        return cls(**{
            **data,
            "severity": Severity(data["severity"]),
            "labels": tuple(sorted(dict(data["labels"]).items())),
            "phase": Phase(data["phase"]),
        })  # fmt: skip


def evaluate(rules: Iterable[Rule], store: Store, before: Sequence[Alert], at_s: float) -> tuple[Alert, ...]:
    """The alerts after one more evaluation at `at_s`; those that are good and were never bad are not among them.

    Args:
        rules: the rules.
        store: the series up to `at_s`.
        before: the alerts after the evaluation before.
        at_s: the time of this evaluation, seconds since 1970.
    """
    known = {alert.fingerprint: alert for alert in before}
    after: list[Alert] = []
    for rule in rules:
        after += _evaluate_rule(rule, store, known, at_s)
    return tuple(after)


def _evaluate_rule(rule: Rule, store: Store, known: Mapping[str, Alert], at_s: float) -> list[Alert]:
    values = rule.values(store, at_s)
    bad = rule.limit.beyond(values)
    mine = {alert.labels: alert for alert in known.values() if alert.rule == rule.name}
    after = []
    for key, value in sorted(bad.items()):
        labels = tuple(sorted(zip(rule.by, key)))
        after.append(_while_bad(rule, labels, value, mine.pop(labels, None), at_s))
    for alert in mine.values():
        after += _while_good(rule, alert, at_s)
    has_data = values or store.select(rule.condition.source)
    if not has_data and not after:
        return [Alert(rule.name, rule.severity, (), Phase.NO_DATA, None, _since(known, rule, at_s))]
    return after


def _while_bad(
    rule: Rule, labels: tuple[tuple[str, str], ...], value: float, before: Alert | None, at_s: float
) -> Alert:
    if before is None or before.phase in (Phase.RESOLVED, Phase.NO_DATA):
        before = Alert(rule.name, rule.severity, labels, Phase.PENDING, value, at_s)
    alert = replace(
        before, value=value, since_s=min(before.since_s, at_s), good_s=None
    )  # a clock may go back
    if alert.phase is Phase.PENDING and at_s - alert.since_s >= rule.for_s:
        return replace(alert, phase=Phase.FIRING, fired_s=at_s)
    return alert


def _while_good(rule: Rule, alert: Alert, at_s: float) -> list[Alert]:
    if alert.phase is not Phase.FIRING:
        return []
    good_s = at_s if alert.good_s is None else min(alert.good_s, at_s)
    if at_s - good_s < rule.keep_firing_for_s:
        return [replace(alert, good_s=good_s)]
    return [replace(alert, phase=Phase.RESOLVED, good_s=good_s, resolved_s=at_s)]


def _since(known: Mapping[str, Alert], rule: Rule, at_s: float) -> float:
    before = known.get(f"{rule.name}{{}}")
    return before.since_s if before is not None and before.phase is Phase.NO_DATA else at_s
