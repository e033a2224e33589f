"""A Grafana dashboard over the recorded metrics and the histograms. Pure.

Format: grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model (schema 39).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phasegate.telemetry.metrics.families import (
    DURATION,
    ERRORS,
    FAILED_UNITS,
    INSTALLS,
    LATENCY,
    RENDERING,
    RUNS,
    UNITS,
)

if TYPE_CHECKING:
    from phasegate.telemetry.alerts.rule import RuleBook

SCHEMA = 39
_DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
_WIDTH, _HEIGHT, _ACROSS = 12, 8, 2
_QUANTILES = (0.5, 0.95, 0.99)
_UNITS_OF = {"_rate": "percentunit", "_distribution": "percentunit", "_availability": "percentunit"}


def dashboard_document(book: RuleBook) -> dict[str, Any]:
    """The dashboard: what is recorded, latency quantiles, errors, installs and the judge's units, and the alerts."""
    panels = [
        *(
            _panel(_title(metric.name), [(metric.name, _legend(metric.by))], _unit(metric.name))
            for metric in book.recorded
        ),
        *(_quantiles(family.name) for family in (DURATION, LATENCY, RENDERING)),
        _panel(
            "Runs per second",
            [(f"sum by (command, outcome) (rate({RUNS.name}[5m]))", "{{command}} {{outcome}}")],
            "ops",
        ),
        _panel(
            "Errors per second", [(f"sum by (category) (rate({ERRORS.name}[5m]))", "{{category}}")], "ops"
        ),
        _panel("Active installs", [(f"sum by (version) ({INSTALLS.name})", "{{version}}")], "short"),
        _panel(
            "First runs of a release",
            [
                (f'sum by (version) ({UNITS.name}{{per="install"}})', "{{version}}"),
                (f'sum by (version) ({FAILED_UNITS.name}{{per="install"}})', "{{version}} failed"),
            ],
            "short",
        ),
        _panel(
            "Alerts that fire",
            [('sum by (alertname, severity) (ALERTS{alertstate="firing"})', "{{alertname}}")],
            "short",
        ),
    ]
    return {
        "title": "phasegate: a plugin in use",
        "uid": "phasegate",
        "schemaVersion": SCHEMA,
        "editable": True,
        "refresh": "10s",
        "time": {"from": "now-24h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Source"}]
        },
        "panels": [_placed(panel, number) for number, panel in enumerate(panels)],
    }


def expressions(document: dict[str, Any]) -> list[str]:
    """Every PromQL expression of a dashboard."""
    return [target["expr"] for panel in document["panels"] for target in panel["targets"]]


def _quantiles(histogram: str) -> dict[str, Any]:
    return _panel(
        _title(histogram),
        [
            (f"histogram_quantile({q}, sum by (le) (rate({histogram}_bucket[5m])))", f"p{round(q * 100)}")
            for q in _QUANTILES
        ],
        "s",
    )


def _panel(title: str, targets: list[tuple[str, str]], unit: str) -> dict[str, Any]:
    return {
        "title": title,
        "type": "timeseries",
        "datasource": _DATASOURCE,
        "fieldConfig": {"defaults": {"unit": unit}, "overrides": []},
        "targets": [
            {
                "refId": chr(ord("A") + number),
                "expr": expression,
                "legendFormat": legend,
                "datasource": _DATASOURCE,
            }
            for number, (expression, legend) in enumerate(targets)
        ],
    }


def _placed(panel: dict[str, Any], number: int) -> dict[str, Any]:
    place = {"x": number % _ACROSS * _WIDTH, "y": number // _ACROSS * _HEIGHT, "w": _WIDTH, "h": _HEIGHT}
    return {"id": number + 1, "gridPos": place, **panel}


def _title(metric: str) -> str:
    words = metric.replace("_", " ")
    return words[0].upper() + words[1:]


def _legend(by: tuple[str, ...]) -> str:
    return " ".join(f"{{{{{label}}}}}" for label in by)


def _unit(metric: str) -> str:
    return next((unit for tail, unit in _UNITS_OF.items() if metric.endswith(tail)), "short")
