"""Which alerts somebody is told about: grouped by release, without those that others outrank or a silence covers. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.alerts.states import Phase
from phasegate.telemetry.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from phasegate.telemetry.alerts.states import Alert

GROUP_BY = ("plugin", "version")
"""Alerts with the same values of these are told in one notice."""

REPEAT_S = {
    Severity.CRITICAL: 3600,
    Severity.HIGH: 4 * 3600,
    Severity.MEDIUM: 24 * 3600,
    Severity.LOW: 7 * 86400,
}
"""How often a notice of a group that goes on firing is repeated, in seconds."""

_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Silence:
    """A time in which nobody is told of some alerts, because somebody knows.

    Attributes:
        rule: the rule's name.
        labels: labels that the alert must have with these values.
        until_s: when it ends, seconds since 1970.
        by: who asked for it.
        reason: why.
    """

    rule: str
    labels: tuple[tuple[str, str], ...]
    until_s: float
    by: str
    reason: str

    def covers(self, alert: Alert, at_s: float) -> bool:
        """Whether nobody is told of `alert` at `at_s`."""
        return at_s < self.until_s and alert.rule == self.rule and set(self.labels) <= set(alert.labels)

    def as_json(self) -> dict[str, Any]:
        """The JSON object of this silence."""
        return {**asdict(self), "labels": dict(self.labels)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Silence:
        """The silence that `as_json` gave; raises TypeError, KeyError or ValueError for anything else."""
        return cls(**{**data, "labels": tuple(sorted(dict(data["labels"]).items()))})


@dataclass(frozen=True)
class Group:
    """Alerts that are told in one notice: their common labels, and the alerts, most urgent first."""

    labels: tuple[tuple[str, str], ...]
    alerts: tuple[Alert, ...]

    @property
    def severity(self) -> Severity:
        """The severity of the most urgent one."""
        return self.alerts[0].severity


def groups_to_tell(alerts: Iterable[Alert], silences: Sequence[Silence], at_s: float) -> tuple[Group, ...]:
    """The firing and the resolved alerts that nothing keeps from being told, by group."""
    alerts = tuple(alerts)
    firing = [alert for alert in alerts if alert.phase is Phase.FIRING]
    told = [
        alert
        for alert in alerts
        if alert.phase in (Phase.FIRING, Phase.RESOLVED)
        and not any(silence.covers(alert, at_s) for silence in silences)
        and not any(_outranks(other, alert) for other in firing)
    ]
    groups: dict[tuple[tuple[str, str], ...], list[Alert]] = defaultdict(list)
    for alert in sorted(told, key=lambda alert: (_RANK[alert.severity], alert.fingerprint)):
        groups[_release(alert)].append(alert)
    return tuple(Group(labels, tuple(group)) for labels, group in groups.items())


def _outranks(other: Alert, alert: Alert) -> bool:
    """Critical outranks high, high outranks medium: of the same release, or where it is about the whole plugin."""
    if alert.severity is Severity.LOW or _RANK[other.severity] >= _RANK[alert.severity]:
        return False
    release, about = dict(_release(other)), dict(_release(alert))
    return release.get("plugin") == about.get("plugin") and release.get("version") in (
        None,
        about.get("version"),
    )


def _release(alert: Alert) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in alert.labels if name in GROUP_BY)
