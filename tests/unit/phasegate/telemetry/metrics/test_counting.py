from __future__ import annotations

from typing import Any

import pytest

from fixtures.plain_events import NOW_S, event
from phasegate.telemetry.metrics import counting
from phasegate.telemetry.metrics.counting import ACTIVE_S, HEARTBEAT_S, Metrics
from phasegate.telemetry.metrics.families import FAMILIES, Kind

REQUIRED = [
    "command_duration_seconds",
    "time_budget_exceeded_total",
    "mcp_server_latency_seconds",
    "format_generation_duration_seconds",
    "command_executions_total",
    "unique_users",
    "error_total",
    "validation_errors_total",
    "documentation_accuracy_score",
    "user_satisfaction",
]
DERIVED = [
    "command_success_rate",
    "cache_hit_rate",
    "mode_distribution",
    "format_distribution",
    "adoption_rate",
    "error_rate",
    "mcp_server_availability",
    "plugin_health_score",
]


def counted(*events: dict[str, Any], at_s: float = NOW_S) -> dict[str, float]:
    metrics = Metrics()
    for each in events:
        metrics.count(each, at_s)
    return flat(metrics)


def flat(metrics: Metrics, now_s: float = NOW_S) -> dict[str, float]:
    return {
        f"{sample.name}{{{','.join(f'{k}={v}' for k, v in sample.labels if k != 'plugin')}}}": sample.value
        for sample in metrics.samples(now_s)
    }


def test_every_metric_that_is_required_is_counted_or_computed() -> None:
    from phasegate.telemetry.alerts.rule_file import load_rules

    assert set(REQUIRED) <= {family.name for family in FAMILIES}
    assert set(DERIVED) <= {metric.name for metric in load_rules().recorded}


def test_a_run_is_counted_by_how_it_ended_and_its_duration_in_its_bucket() -> None:
    found = counted(
        event(1), event(2, outcome="failed", duration_s=7.0), event(3, outcome="refused", duration_s=0.1)
    )
    runs = "command_executions_total{command=status,format=json,mode=default,outcome=%s,version=1}"
    assert [found[runs % outcome] for outcome in ("ok", "failed", "refused", "partial")] == [1, 1, 1, 0]
    buckets = [
        found[f"command_duration_seconds_bucket{{command=status,le={le},mode=default}}"]
        for le in ("1.0", "2.0", "10.0", "+Inf")
    ]
    assert buckets == [0, 1, 2, 2]
    assert found["command_duration_seconds_sum{command=status,mode=default}"] == 8.5
    assert found["time_budget_exceeded_total{command=status,mode=default,version=1}"] == 1


def test_as_many_events_as_are_remembered_lie_between_two_of_one_that_count_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counting, "REMEMBERED", 10)
    metrics = Metrics()
    for number in range(100):
        metrics.count(event(number), NOW_S)
        metrics.count(event(max(0, number - 10)), NOW_S)
    runs = [value for name, value in flat(metrics).items() if name.startswith("command_executions_total")]
    assert sum(runs) == 100


def test_an_event_that_comes_twice_counts_once() -> None:
    assert counted(event(1), event(1)) == counted(event(1))


def test_an_install_is_a_unit_once_for_ever_and_once_a_day() -> None:
    metrics = Metrics()
    metrics.count(event(1, outcome="failed", duration_s=6.0), NOW_S)
    metrics.count(event(2), NOW_S + 60)
    metrics.count(event(3), NOW_S + 86400)
    metrics.count(event(4, install="j"), NOW_S + 86400)
    metrics.count(event(5, version="2"), NOW_S + 86400)
    found = flat(metrics)
    assert [found[f"first_runs_total{{per={per},version=1}}"] for per in ("install", "day")] == [2, 3]
    assert found["first_runs_failed_total{per=install,version=1}"] == 1
    assert found["first_runs_over_budget_total{per=day,version=1}"] == 1
    assert found["first_runs_total{per=install,version=2}"] == 1
    assert found["first_run_duration_seconds_count{per=install,version=1}"] == 2


def test_an_install_gives_one_heartbeat_an_hour() -> None:
    metrics = Metrics()
    hour_s = NOW_S - NOW_S % HEARTBEAT_S
    for number, at_s in enumerate((hour_s, hour_s + 10, hour_s + HEARTBEAT_S, hour_s + 20)):
        metrics.count(event(number, "session", outcome="started"), at_s)
    assert flat(metrics)["heartbeats_total{version=1}"] == 2


def test_what_a_probe_asked_is_no_use_of_the_plugin() -> None:
    found = counted(
        event(1, probe=True),
        event(2, probe=True, outcome="failed"),
        event(3, "session", outcome="started", probe=True),
    )
    assert [found[f"probe_runs_total{{outcome={outcome},version=1}}"] for outcome in ("ok", "failed")] == [
        1,
        1,
    ]
    assert not any(name.startswith(("command_executions", "unique_users", "active")) for name in found)
    assert found["sessions_total{outcome=started,version=1}"] == 0


def test_series_that_alerts_ask_about_begin_at_zero() -> None:
    found = counted(event(1, "session", outcome="started"))
    assert found["sessions_total{outcome=failed,version=1}"] == 0
    assert found["first_runs_failed_total{per=install,version=1}"] == 0


def test_calls_errors_feedback_and_documentation_are_counted() -> None:
    found = counted(
        event(1, "call", format="json", latency_s=0.003, render_s=0.2, cache_lookups=4, cache_hits=3),
        event(2, "error", category="ValidationError", severity="low"),
        event(3, "error", category="PluginError", severity="critical"),
        event(4, "feedback", score=5),
        event(5, "feedback", score=2),
        event(6, "documentation", documented=8, accurate=6),
        event(7, "debug", text="x"),
        event(8, explicit=True),
        event(9),
    )
    assert found["mcp_server_latency_seconds_bucket{le=0.005}"] == 1
    assert found["format_generation_duration_seconds_sum{format=json}"] == 0.2
    assert (found["cache_hits_total{}"], found["cache_lookups_total{}"]) == (3, 4)
    assert found["error_total{category=PluginError,severity=critical,version=1}"] == 1
    assert found["validation_errors_total{}"] == 1
    assert found["user_satisfaction{}"] == 3.5
    assert found["documentation_accuracy_score{}"] == 0.75
    assert (found["advanced_usage_total{}"], found["v1_usage_total{}"]) == (1, 1)


def test_the_last_check_of_the_documentation_counts_whatever_came_late() -> None:
    metrics = Metrics()
    metrics.count(event(1, "documentation", documented=8, accurate=8), NOW_S)
    metrics.count(event(2, "documentation", documented=8, accurate=1), NOW_S - 60)
    metrics.count(event(3, "documentation", documented=0, accurate=0), NOW_S + 60)
    assert flat(metrics)["documentation_accuracy_score{}"] == 1.0


def test_who_is_active_is_who_was_heard_of_in_the_last_week_where_they_are_now() -> None:
    metrics = Metrics()
    metrics.count(event(1, install="old", user="o"), NOW_S - ACTIVE_S - 1)
    metrics.count(event(2, version="1"), NOW_S - 60)
    metrics.count(event(3, version="2"), NOW_S)
    metrics.count(event(4, version="1"), NOW_S - 30)  # comes late
    found = flat(metrics)
    assert [found[f"active_installs{{version={version}}}"] for version in "12"] == [0, 1]
    assert found["unique_users{}"] == 1


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_names_follow_the_conventions(family: Any) -> None:
    assert family.name.endswith("_total") == (family.kind is Kind.COUNTER)
    assert family.help.endswith(".")
