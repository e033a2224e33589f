"""promtool's tests of the rule file: what fires in Prometheus has to be what fires here. Pure.

Format: prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.alerts.conditions import duration_text
from phasegate.telemetry.alerts.states import Phase, evaluate
from phasegate.telemetry.exports.prometheus import annotations_of
from phasegate.telemetry.metrics.series import STALE, Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phasegate.telemetry.alerts.rule import Rule
    from phasegate.telemetry.alerts.states import Alert


@dataclass(frozen=True)
class Scene:
    """Series on a grid, for a test of rules.

    Attributes:
        name: what the test is called.
        step_s: seconds from one value to the next.
        series: metric, labels, and a value for each step: a number, None for a gap, or `stale` for the series' end.
    """

    name: str
    step_s: int
    series: tuple[tuple[str, Mapping[str, str], Sequence[float | str | None]], ...]

    @property
    def length(self) -> int:
        """How many steps there are."""
        return max(len(values) for _, _, values in self.series)

    def store(self) -> Store:
        """The same series for the evaluation here; time begins at 0, as promtool's does."""
        store = Store()
        for metric, labels, values in self.series:
            for number, value in enumerate(values):
                if value is not None:
                    store.add(
                        metric,
                        tuple(sorted(labels.items())),
                        number * self.step_s,
                        STALE if isinstance(value, str) else value,
                    )
        return store


def firing_steps(rules: Sequence[Rule], scene: Scene) -> list[tuple[Alert, ...]]:
    """The alerts that fire at each step of the scene, as they are evaluated here."""
    store = scene.store()
    alerts: tuple[Alert, ...] = ()
    steps: list[tuple[Alert, ...]] = []
    for number in range(scene.length):
        alerts = evaluate(rules, store, alerts, number * scene.step_s)
        steps.append(tuple(alert for alert in alerts if alert.phase is Phase.FIRING))
    return steps


def promtool_document(
    rule_files: Sequence[str], rules: Sequence[Rule], scene: Scene, runbooks: str
) -> dict[str, Any]:
    """A file of promtool's: at every step of the scene, what fires there has to be what fires here."""
    return {
        "rule_files": list(rule_files),
        "evaluation_interval": duration_text(scene.step_s),
        "tests": [_test(rules, scene, runbooks)],
    }


def _test(rules: Sequence[Rule], scene: Scene, runbooks: str) -> dict[str, Any]:
    steps = firing_steps(rules, scene)
    return {
        "name": scene.name,
        "interval": duration_text(scene.step_s),
        "input_series": [
            {"series": _series_text(metric, labels), "values": " ".join(map(_value_text, values))}
            for metric, labels, values in scene.series
        ],
        "alert_rule_test": [
            {
                "eval_time": duration_text(number * scene.step_s),
                "alertname": rule.name,
                "exp_alerts": [
                    _expected(rule, alert, runbooks) for alert in alerts if alert.rule == rule.name
                ],
            }
            for number, alerts in enumerate(steps)
            for rule in rules
        ],
    }


def _expected(rule: Rule, alert: Alert, runbooks: str) -> dict[str, Any]:
    return {
        "exp_labels": {**dict(alert.labels), "severity": rule.severity.value},
        "exp_annotations": annotations_of(rule, runbooks),
    }


def _series_text(metric: str, labels: Mapping[str, str]) -> str:
    inside = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{metric}{{{inside}}}"


def _value_text(value: float | str | None) -> str:
    if value is None:
        return "_"
    return value if isinstance(value, str) else repr(float(value)).replace("nan", "NaN").replace("inf", "Inf")
