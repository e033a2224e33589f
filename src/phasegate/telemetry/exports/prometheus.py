"""Prometheus's rule file, made from the rule book. Pure.

Formats: prometheus.io/docs/prometheus/latest/configuration/recording_rules and alerting_rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phasegate.telemetry.alerts.conditions import duration_text

if TYPE_CHECKING:
    from phasegate.telemetry.alerts.rule import Rule, RuleBook

GROUP = "phasegate"
STEP_S = 15
"""How often rules are evaluated, in seconds."""


def rule_document(book: RuleBook, runbooks: str, step_s: int = STEP_S) -> dict[str, Any]:
    """The content of the rule file; `runbooks` is the address of the page of runbooks."""
    recorded = [{"record": metric.name, "expr": metric.promql()} for metric in book.recorded]
    alerts = [_alert(rule, runbooks) for rule in book.rules]
    return {
        "groups": [
            {"name": f"{GROUP}-metrics", "interval": duration_text(step_s), "rules": recorded},
            {"name": f"{GROUP}-alerts", "interval": duration_text(step_s), "rules": alerts},
        ]
    }


def _alert(rule: Rule, runbooks: str) -> dict[str, Any]:
    return {
        "alert": rule.name,
        "expr": rule.promql(),
        "for": duration_text(rule.for_s),
        "keep_firing_for": duration_text(rule.keep_firing_for_s),
        "labels": {"severity": rule.severity.value},
        "annotations": annotations_of(rule, runbooks),
    }


def annotations_of(rule: Rule, runbooks: str) -> dict[str, str]:
    """What an alert says beside its labels."""
    return {"summary": rule.summary, "runbook_url": f"{runbooks}#{rule.runbook}"}
