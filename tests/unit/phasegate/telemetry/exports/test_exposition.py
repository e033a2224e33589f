from __future__ import annotations

import pytest

pytest.importorskip("prometheus_client")

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from fixtures.plain_events import NOW_S, event
from phasegate.telemetry.exports.exposition import Exposition, exposition_text
from phasegate.telemetry.metrics.counting import Metrics, Sample

EVENT = event(1, outcome="failed")


def parsed(text: bytes) -> dict[str, float]:
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_a_scrape_sees_every_family_with_its_help_and_kind() -> None:
    metrics = Metrics()
    metrics.count(EVENT, NOW_S)
    text = exposition_text((sample, NOW_S) for sample in metrics.samples(NOW_S)).decode()
    assert "# HELP command_executions_total Runs of commands, by how they ended." in text
    assert "# TYPE command_duration_seconds histogram" in text
    assert 'active_installs{plugin="p",version="1"} 1.0 1800000000000' in text


def test_a_counter_that_nobody_has_seen_is_shown_as_zero_once() -> None:
    metrics = Metrics()
    metrics.count(EVENT, NOW_S)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Exposition(metrics, lambda: NOW_S, lambda: {"p": "1"}))
    first, second = (parsed(generate_latest(registry)) for _ in range(2))
    failed = next(name for name in first if name.startswith("command_executions_total") and "failed" in name)
    assert (first[failed], second[failed]) == (0, 1)
    gauge = "released_info[('plugin', 'p'), ('version', '1')]"
    assert (first[gauge], second[gauge]) == (1, 1)


def test_hostile_labels_stay_labels() -> None:
    hostile = 'x"} 1\nevil{a="'
    text = exposition_text([(Sample("unique_users", (("plugin", hostile),), 2.0), None)])
    assert parsed(text) == {f"unique_users[('plugin', {hostile!r})]": 2.0}
