"""A real Alertmanager with the configuration that is exported: it tells what is told here, in the same groups."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from phasegate.telemetry.alerts.attention import Silence, groups_to_tell
from phasegate.telemetry.alerts.rule_file import load_rules
from phasegate.telemetry.alerts.states import Alert, Phase
from phasegate.telemetry.exports.alertmanager import alertmanager_document
from phasegate.telemetry.severity import Severity
from servers import Told, ask, free_port, listening, running, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

ALERTMANAGER, AMTOOL = shutil.which("prometheus-alertmanager"), shutil.which("amtool")
SETTLED_S = 3.0
"""So long after the last notice that was expected another one would have come: three group intervals."""

HOUR_S = 3600.0
pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        ALERTMANAGER is None or AMTOOL is None,
        reason="prometheus-alertmanager and amtool (Debian: prometheus-alertmanager) are not installed",
    ),
]

Heard = "dict[tuple[tuple[str, str], ...], set[tuple[str, str]]]"
"""Group → the alerts of it that were told, each with its severity."""


class Manager:
    """An Alertmanager, and the webhook that it tells."""

    def __init__(self, address: str, told: Told) -> None:
        self.address, self.told = address, told

    def post(self, path: str, content: Any) -> Any:
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.address}/api/v2/{path}", json.dumps(content).encode(), headers)
        with urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def alert(self, alerts: Iterable[Alert]) -> None:
        """The most urgent first: what outranks others has to be known before these are looked at."""
        alerts = list(alerts)
        for severity in Severity:
            posted = [as_posted(alert) for alert in alerts if alert.severity is severity]
            self.post("alerts", posted)
            wait_for(lambda severity=severity, posted=posted: self.known(severity) >= len(posted), 30)

    def known(self, severity: Severity) -> int:
        """How many alerts of a severity it knows."""
        with urlopen(f"{self.address}/api/v2/alerts?filter=severity={severity.value}", timeout=30) as answer:
            return len(json.loads(answer.read()))

    def silence(self, silence: Silence) -> str:
        matchers = [("alertname", silence.rule), *silence.labels]
        content = {
            "matchers": [{"name": n, "value": v, "isRegex": False, "isEqual": True} for n, v in matchers],
            "startsAt": moment(time.time() - 60),
            "endsAt": moment(silence.until_s),
            "createdBy": silence.by,
            "comment": silence.reason,
        }
        return str(self.post("silences", content)["silenceID"])

    def unsilence(self, silence_id: str) -> None:
        request = Request(f"{self.address}/api/v2/silence/{silence_id}", method="DELETE")
        with urlopen(request, timeout=30):
            pass

    def notices(self) -> list[tuple[Severity, dict[str, Any]]]:
        return [
            (severity, body) for severity in Severity for body in self.told.bodies(f"/hook/{severity.value}")
        ]

    def settle(self, count: int) -> None:
        """Wait for so many notices, and then for one too many."""
        wait_for(lambda: len(self.notices()) >= count, 30)
        wait_for(lambda: len(self.notices()) > count, SETTLED_S)

    def heard(self) -> Any:
        found: dict[Any, set[tuple[str, str]]] = {}
        for severity, body in self.notices():
            group = tuple(sorted((name, value) for name, value in body["groupLabels"].items() if value))
            for alert in body["alerts"]:
                assert alert["labels"]["severity"] == severity.value
                found.setdefault(group, set()).add((alert["labels"]["alertname"], severity.value))
        return found


@contextmanager
def managing(folder: Path, *, quick: bool = True) -> Iterator[Manager]:
    """With `quick` groups wait a second at most; nothing else of the configuration is changed."""
    with listening() as told:
        document = alertmanager_document(f"{told.address}/hook/")
        if quick:
            for route in (document["route"], *document["route"]["routes"]):
                route.update(
                    {name: "1s" for name in ("group_wait", "group_interval") if route.get(name, "0s") != "0s"}
                )
        with serving(folder, document) as address:
            yield Manager(address, told)


@contextmanager
def serving(folder: Path, document: dict[str, Any]) -> Iterator[str]:
    assert ALERTMANAGER is not None
    config = folder / "alertmanager.yml"
    config.write_text(json.dumps(document), encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    command = [
        ALERTMANAGER,
        f"--config.file={config}",
        f"--storage.path={folder / 'storage'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    with running(command, f"http://{address}/-/ready", folder):
        yield f"http://{address}"


def moment(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, tz=timezone.utc).isoformat()


def as_posted(alert: Alert) -> dict[str, Any]:
    """As Prometheus posts it."""
    labels = {"alertname": alert.rule, "severity": alert.severity.value, **dict(alert.labels)}
    times = {"startsAt": moment(alert.since_s)}
    if alert.phase is Phase.RESOLVED:
        times["endsAt"] = moment(time.time() - 1)
    return {"labels": labels, "annotations": {"summary": alert.rule}, **times}


def firing(severity: Severity, version: str | None = "1.1.0", plugin: str = "demo", rule: str = "") -> Alert:
    labels = {"plugin": plugin, **({} if version is None else {"version": version})}
    name = rule or f"Rule{severity.value.title()}"
    return Alert(
        name, severity, tuple(sorted(labels.items())), Phase.FIRING, 1.0, time.time() - 60, time.time() - 30
    )


def told_here(alerts: Sequence[Alert], *silences: Silence) -> Any:
    groups = groups_to_tell(alerts, silences, time.time())
    return {group.labels: {(alert.rule, alert.severity.value) for alert in group.alerts} for group in groups}


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    with managing(tmp_path) as found:
        yield found


def test_the_configuration_as_it_is_exported_loads(tmp_path: Path) -> None:
    assert AMTOOL is not None
    with managing(tmp_path, quick=False) as manager:
        status = ask(f"{manager.address}/api/v2/status")
    assert "group_interval: 1m" in status["config"]["original"]
    for webhook in ("http://127.0.0.1:9", None):
        (tmp_path / "config.yml").write_text(json.dumps(alertmanager_document(webhook)), encoding="utf-8")
        done = subprocess.run(
            [AMTOOL, "check-config", "config.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "4 inhibit rules" in done.stdout
        assert "5 receivers" in done.stdout


@pytest.mark.parametrize("severity", Severity)
def test_amtool_finds_the_receiver_of_each_severity(tmp_path: Path, severity: Severity) -> None:
    assert AMTOOL is not None
    (tmp_path / "config.yml").write_text(
        json.dumps(alertmanager_document("http://127.0.0.1:9")), encoding="utf-8"
    )
    labels = [f"severity={severity.value}", "plugin=demo", "version=1.0.0"]
    command = [AMTOOL, "config", "routes", "test", "--config.file=config.yml", *labels]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == severity.value


def test_each_severity_is_told_once_through_its_own_way(manager: Manager) -> None:
    manager.alert(firing(severity, f"1.{number}.0") for number, severity in enumerate(Severity))
    manager.settle(len(Severity))
    assert [severity for severity, _ in manager.notices()] == list(Severity)
    assert {path for path, _ in manager.told.requests} == {f"/hook/{severity.value}" for severity in Severity}


def test_alerts_of_one_release_are_one_notice(manager: Manager) -> None:
    alerts = [
        firing(Severity.HIGH, version, rule=rule)
        for version in ("1.0.0", "1.1.0")
        for rule in ("A", "B", "C")
    ]
    manager.alert(alerts)
    manager.settle(2)
    assert [len(body["alerts"]) for _, body in manager.notices()] == [3, 3]
    assert manager.heard() == told_here(alerts)


def test_critical_silences_high_and_medium_of_its_release_and_of_no_other(manager: Manager) -> None:
    alerts = [
        firing(Severity.CRITICAL),
        *(firing(severity, version) for severity in tuple(Severity)[1:] for version in ("1.1.0", "1.0.0")),
    ]
    manager.alert(alerts)
    manager.settle(4)
    heard = manager.heard()
    assert heard == told_here(alerts)
    assert heard[("plugin", "demo"), ("version", "1.1.0")] == {
        ("RuleCritical", "critical"),
        ("RuleLow", "low"),
    }
    assert heard[("plugin", "demo"), ("version", "1.0.0")] == {("RuleHigh", "high"), ("RuleLow", "low")}


def test_what_is_about_the_whole_plugin_outranks_what_is_about_a_release_of_it(manager: Manager) -> None:
    alerts = [
        firing(Severity.CRITICAL, None),
        firing(Severity.HIGH, "1.1.0"),
        firing(Severity.HIGH, None, rule="Other"),
        firing(Severity.HIGH, "1.1.0", plugin="another"),
    ]
    manager.alert(alerts)
    manager.settle(2)
    assert manager.heard() == told_here(alerts)
    assert len(manager.heard()) == 2


def test_a_silence_holds_and_ends(manager: Manager) -> None:
    alerts = [firing(Severity.HIGH, "1.1.0"), firing(Severity.HIGH, "1.0.0")]
    silence = Silence("RuleHigh", (("version", "1.1.0"),), time.time() + HOUR_S, "somebody", "known")
    silenced = manager.silence(silence)
    manager.alert(alerts)
    manager.settle(1)
    assert manager.heard() == told_here(alerts, silence)
    assert len(manager.heard()) == 1
    manager.unsilence(silenced)
    manager.settle(2)
    assert manager.heard() == told_here(alerts)


def test_what_is_resolved_is_told_as_resolved(manager: Manager) -> None:
    alert = firing(Severity.LOW)
    manager.alert([alert])
    manager.settle(1)
    resolved = Alert(**{**vars(alert), "phase": Phase.RESOLVED})
    manager.alert([resolved])
    manager.settle(2)
    assert [body["status"] for _, body in manager.notices()] == ["firing", "resolved"]
    assert told_here([resolved]) == {alert.labels: {("RuleLow", "low")}}


def some_alerts(seed: int, names: Sequence[str]) -> list[Alert]:
    """Alerts of one plugin, of some releases of it and of the whole: whatever may fire together."""
    draw = random.Random(seed)
    found = {}
    for _ in range(draw.randint(1, 7)):
        alert = firing(
            draw.choice(list(Severity)),
            draw.choice([None, "1.0.0", "1.1.0"]),
            f"plugin-{seed}",
            draw.choice(names),
        )
        found[alert.labels, alert.rule] = alert
    return list(found.values())


def test_whatever_fires_together_is_told_in_the_same_groups_there_as_here(
    manager: Manager, figure: Callable[[str], None]
) -> None:
    scenes = [some_alerts(seed, ("A", "B", "C", "D")) for seed in range(200)]
    silences = [
        Silence("A", (("plugin", f"plugin-{seed}"),), time.time() + HOUR_S, "somebody", "known")
        for seed in range(0, 200, 5)
    ]
    for silence in silences:
        manager.silence(silence)
    alerts = [alert for scene in scenes for alert in scene]
    wanted = told_here(alerts, *silences)
    notices = sum(len({severity for _, severity in told}) for told in wanted.values())
    manager.alert(alerts)
    manager.settle(notices)
    assert manager.heard() == wanted
    assert (
        len(manager.notices()) >= notices
    )  # critical ones wait for nobody, so some of a group may be told before the others
    told = sum(map(len, wanted.values()))
    assert told < len(alerts)
    figure(f"200 scenes, {len(alerts)} alerts, {told} told in {len(wanted)} groups: the same in Alertmanager")


def test_every_rule_of_ours_has_a_way_there(manager: Manager) -> None:
    rules = load_rules().rules
    alerts = [
        firing(rule.severity, "1.0.0" if "version" in rule.by else None, f"plugin-{n}", rule.name)
        for n, rule in enumerate(rules)
    ]
    manager.alert(alerts)
    manager.settle(len(rules))
    assert manager.heard() == told_here(alerts)
    assert len(manager.notices()) == len(rules)
