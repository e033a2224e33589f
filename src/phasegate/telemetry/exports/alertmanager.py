"""Alertmanager's configuration: the same grouping, inhibition and routes as here. Pure.

Format: prometheus.io/docs/alerting/latest/configuration (0.25).
"""

from __future__ import annotations

from typing import Any

from phasegate.telemetry.alerts.attention import GROUP_BY, REPEAT_S
from phasegate.telemetry.alerts.conditions import duration_text
from phasegate.telemetry.severity import Severity

NOBODY = "nobody"
_OUTRANKED = {Severity.CRITICAL: (Severity.HIGH, Severity.MEDIUM), Severity.HIGH: (Severity.MEDIUM,)}


def alertmanager_document(webhook: str | None) -> dict[str, Any]:
    """The configuration; each severity goes to a receiver of its name, at `webhook` with the severity as its path.

    Without a webhook the receivers are there and tell nobody: give each what your organisation uses.
    """
    return {
        "route": {
            "receiver": NOBODY,
            "group_by": list(GROUP_BY),
            "group_wait": "10s",
            "group_interval": "1m",
            "routes": [_route(severity) for severity in Severity],
        },
        "inhibit_rules": [
            rule
            for severity, outranked in _OUTRANKED.items()
            for rule in _inhibitions(severity.value, [each.value for each in outranked])
        ],
        "receivers": [{"name": NOBODY}, *(_receiver(severity, webhook) for severity in Severity)],
    }


def _route(severity: Severity) -> dict[str, Any]:
    route = {
        "receiver": severity.value,
        "matchers": [f'severity="{severity.value}"'],
        "repeat_interval": duration_text(REPEAT_S[severity]),
    }
    return {**route, "group_wait": "0s"} if severity is Severity.CRITICAL else route


def _inhibitions(severity: str, outranked: list[str]) -> list[dict[str, Any]]:
    """Of the same release; and what is about the whole plugin outranks what is about one release of it."""
    target = [f'severity=~"{"|".join(outranked)}"']
    return [
        {"source_matchers": [f'severity="{severity}"'], "target_matchers": target, "equal": list(GROUP_BY)},
        {
            "source_matchers": [f'severity="{severity}"', 'version=""'],
            "target_matchers": target,
            "equal": ["plugin"],
        },
    ]


def _receiver(severity: Severity, webhook: str | None) -> dict[str, Any]:
    if webhook is None:
        return {"name": severity.value}
    address = f"{webhook.rstrip('/')}/{severity.value}"
    return {"name": severity.value, "webhook_configs": [{"url": address, "send_resolved": True}]}
