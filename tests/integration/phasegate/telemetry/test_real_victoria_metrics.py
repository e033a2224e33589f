"""Metrics pushed into a real VictoriaMetrics: its counts are those of the events, and the judge can ask it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from fixtures.arms import CANARY, FLEETS, RULINGS, STEP_S, VERSIONS, write_logs, yesterday
from phasegate.telemetry.alerts.rule_file import load_rules
from phasegate.telemetry.exports.exposition import released_samples
from phasegate.telemetry.exports.grafana import dashboard_document, expressions
from phasegate.telemetry.exports.shipping import ShippingError, sender, ship
from phasegate.telemetry.judge.judgement import judge
from phasegate.telemetry.judge.policy import Policy
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.events import read_events
from phasegate.telemetry.sources.prometheus import Prometheus
from servers import ask, free_port, listening, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VICTORIA = shutil.which("victoria-metrics")
POLICY = Policy()
pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        VICTORIA is None, reason="victoria-metrics (Debian: victoria-metrics) is not installed"
    ),
]


class Store:
    """A VictoriaMetrics, what was sent to it, and the logs that this was made of."""

    def __init__(self, address: str, logs: Path, window: Window) -> None:
        self.address, self.logs, self.window = address, logs, window
        self.sent = {fleet.plugin: self._ship(fleet.plugin) for fleet in FLEETS}
        with urlopen(
            f"{address}/internal/force_flush", timeout=60
        ):  # what was sent just now is not found at once
            pass

    def events(self, plugin: str) -> list[Any]:
        return read_events((self.logs,), plugin, self.window)[0]

    def _ship(self, plugin: str) -> int:
        released = released_samples({plugin: "1.0.0"})
        return ship(self.events(plugin), STEP_S, self.window.until_s, released, sender(self.address))

    def exported(self, selector: str) -> list[Any]:
        with urlopen(
            f"{self.address}/api/v1/export?{urlencode({'match[]': selector})}", timeout=60
        ) as answer:
            return [json.loads(line) for line in answer]

    def value(self, expression: str, at_s: float) -> list[Any]:
        found = ask(f"{self.address}/api/v1/query", {"query": expression, "time": at_s, "nocache": 1})
        assert found["status"] == "success"
        return list(found["data"]["result"])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    assert VICTORIA is not None
    folder, window = tmp_path_factory.mktemp("victoria"), yesterday()
    (folder / "logs").mkdir()
    logs = write_logs(folder / "logs", window)
    address = f"127.0.0.1:{free_port()}"
    command = [
        VICTORIA,
        f"-httpListenAddr={address}",
        f"-storageDataPath={folder / 'data'}",
        "-retentionPeriod=10y",
    ]
    with running(command, f"http://{address}/health", folder):
        yield Store(f"http://{address}", logs, window)


def test_every_sample_arrives_with_its_time(store: Store, figure: Callable[[str], None]) -> None:
    for plugin, sent in store.sent.items():
        series = store.exported(f'{{plugin="{plugin}"}}')
        assert sum(len(each["values"]) for each in series) == sent
        times = {at_ms for each in series for at_ms in each["timestamps"]}
        assert all(at_ms % (STEP_S * 1000) == 0 for at_ms in times)
        assert max(times) == store.window.until_s * 1000
    figure(f"{sum(store.sent.values())} samples sent, as many exported")


def test_its_counts_are_those_of_the_events(store: Store, figure: Callable[[str], None]) -> None:
    total = 0
    for plugin in store.sent:
        wanted = Counter((event["version"], event["outcome"]) for _, event in store.events(plugin))
        found: Counter[tuple[str, str]] = Counter()
        for series in store.exported(f'command_executions_total{{plugin="{plugin}"}}'):
            labels = series["metric"]
            found[labels["version"], labels["outcome"]] += int(series["values"][-1])
        assert +found == wanted
        late = sum(event["duration_s"] > event["budget_s"] for _, event in store.events(plugin))
        over = store.exported(f'time_budget_exceeded_total{{plugin="{plugin}"}}')
        assert sum(series["values"][-1] for series in over) == late
        grown = store.value(
            f'sum(increase(command_executions_total{{plugin="{plugin}"}}[{int(store.window.until_s - store.window.since_s)}s]))',
            store.window.until_s,
        )
        assert float(grown[0]["value"][1]) == sum(wanted.values())
        total += sum(wanted.values())
    figure(f"{total} runs of {len(store.sent)} plugins: counted, exported and queried the same")


def test_histograms_hold_every_served_run(store: Store) -> None:
    events = [event for _, event in store.events("slow")]
    for bound in (1.0, 2.0, 10.0, 60.0):
        found = store.exported(f'command_duration_seconds_bucket{{plugin="slow",le="{bound}"}}')
        assert sum(s["values"][-1] for s in found) == sum(event["duration_s"] <= bound for event in events)


def test_recorded_metrics_are_reckoned_there(store: Store) -> None:
    at_s = store.window.until_s - 60
    for recorded in load_rules().recorded:
        if recorded.condition is None:  # a formula over metrics that only a Prometheus records
            continue
        rows = store.value(recorded.promql(), at_s)
        if recorded.name not in (
            "mcp_server_availability",
            "cache_hit_rate",
        ):  # nobody started or remembered anything here
            assert rows, recorded.name
        assert all(0 <= float(row["value"][1]) <= 1 for row in rows if row["value"][1] != "NaN"), (
            recorded.name
        )
    rate = next(each for each in load_rules().recorded if each.name == "error_rate")
    versions = {
        row["metric"]["version"]: float(row["value"][1])
        for row in store.value(rate.promql(), at_s)
        if row["metric"]["plugin"] == "failing"
    }
    assert versions[CANARY] > 0.1


def test_every_rule_and_every_panel_is_understood_there(store: Store, figure: Callable[[str], None]) -> None:
    book = load_rules()
    asked = [rule.promql() for rule in book.rules] + expressions(dashboard_document(book))
    for expression in asked:
        store.value(expression, store.window.until_s)
    assert any(
        "ErrorRate" in rule.name and store.value(rule.promql(), store.window.until_s - 600)
        for rule in book.rules
    )
    figure(f"{len(asked)} expressions of rules and panels understood")


@pytest.mark.parametrize("fleet", FLEETS, ids=lambda fleet: fleet.plugin)
def test_the_judge_says_the_same_there(store: Store, fleet: Any, figure: Callable[[str], None]) -> None:
    here = fleet.observed(store.logs, POLICY, store.window)
    there = Prometheus(store.address).observe(POLICY, fleet.plugin, VERSIONS, store.window, STEP_S)
    assert there.doubts == ()
    assert there.total() == here.total()
    assert there.slow_s == here.slow_s
    assert judge(POLICY, there).ruling is judge(POLICY, here).ruling is RULINGS[fleet.plugin]
    figure(f"{fleet.plugin}: canary {there.total().canary.counts}: equal; {RULINGS[fleet.plugin].value}")


def test_a_window_off_the_grid_is_answered_as_asked(store: Store) -> None:
    window = Window(store.window.since_s + 7, store.window.until_s - 4)
    there = Prometheus(store.address).observe(POLICY, "failing", VERSIONS, window, STEP_S)
    assert there.doubts == ()
    assert judge(POLICY, there).ruling is RULINGS["failing"]


SECRET = "hunter2-a-password"


@pytest.mark.parametrize("status", [302, 401, 500])
def test_what_is_refused_says_so_and_no_address(store: Store, status: int) -> None:
    headers = {"Location": f"http://me:{SECRET}@127.0.0.1:9/"} if status == 302 else {}
    with listening(lambda _path, _body: (status, headers, SECRET.encode())) as server:
        send = sender(server.address.replace("//", f"//me:{SECRET}@"))
        with pytest.raises(ShippingError, match=f"^the store answers with status {status}$"):
            send(b"a 1\n")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "address", [f"http://me:{SECRET}@127.0.0.1:1", f"ftp://{SECRET}", "", f"http://{SECRET}:x"]
)
def test_what_cannot_be_reached_says_so_and_no_address(store: Store, address: str) -> None:
    with pytest.raises(ShippingError) as refused:
        sender(address)(b"a 1\n")
    assert SECRET not in str(refused.value)
