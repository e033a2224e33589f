"""The judge on a real Prometheus and on the logs of the same events: the same counts, the same ruling; a lie is a hold."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from fixtures.arms import FLEETS, RULINGS, STEP_S, VERSIONS, Fleet, samples, write_logs, yesterday
from phasegate.telemetry.exports.exposition import Exposition
from phasegate.telemetry.judge.decision import Ruling
from phasegate.telemetry.judge.judgement import judge
from phasegate.telemetry.judge.policy import Policy
from phasegate.telemetry.metrics.counting import Metrics
from phasegate.telemetry.metrics.families import FAILED_UNITS, HEARTBEATS, LATE_UNITS, UNIT_DURATION, UNITS
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.prometheus import Prometheus
from servers import ask, free_port, listening, running, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from phasegate.telemetry.judge.observation import Observation
    from phasegate.telemetry.metrics.counting import Sample

PROMETHEUS, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")
POLICY = Policy()
JUDGED = tuple(family.name for family in (UNITS, FAILED_UNITS, LATE_UNITS, UNIT_DURATION, HEARTBEATS))
SECRET = "hunter2-a-password"
pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        PROMETHEUS is None or PROMTOOL is None,
        reason="prometheus and promtool (Debian: prometheus) are not installed",
    ),
]


def open_metrics(found: Iterable[tuple[Sample, float]]) -> Iterator[str]:
    """The samples as promtool back-fills them: series by series, times rising."""
    kept = [pair for pair in found if pair[0].name.startswith(JUDGED)]
    for sample, at_s in sorted(kept, key=lambda pair: (pair[0].name, pair[0].labels, pair[1])):
        labels = ",".join(f'{name}="{value}"' for name, value in sample.labels)
        yield f"{sample.name}{{{labels}}} {sample.value!r} {at_s:.3f}\n"


def serve(folder: Path, config: Mapping[str, Any]) -> Any:
    assert PROMETHEUS is not None
    (folder / "prometheus.yml").write_text(json.dumps(config), encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    command = [
        PROMETHEUS,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--storage.tsdb.retention.time=10y",
        f"--web.listen-address={address}",
    ]
    return f"http://{address}", running(command, f"http://{address}/-/ready", folder)


class Scene:
    """Logs and a Prometheus that hold the same."""

    def __init__(self, logs: Path, address: str, window: Window) -> None:
        self.logs, self.address, self.window = logs, address, window

    def here(self, fleet: Fleet) -> Observation:
        return fleet.observed(self.logs, POLICY, self.window)

    def there(self, plugin: str, address: str = "", silence_s: float = 30.0) -> Observation:
        source = Prometheus(address or self.address, silence_s)
        return source.observe(POLICY, plugin, VERSIONS, self.window, STEP_S)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    assert PROMTOOL is not None
    folder, window = tmp_path_factory.mktemp("prometheus"), yesterday()
    (folder / "logs").mkdir()
    logs = write_logs(folder / "logs", window)
    with (folder / "samples.txt").open("w", encoding="utf-8") as file:
        for fleet in FLEETS:
            file.writelines(open_metrics(samples(logs, fleet.plugin, window)))
        file.write("# EOF\n")
    command = [PROMTOOL, "tsdb", "create-blocks-from", "openmetrics", "samples.txt", "data"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    address, server = serve(folder, {})
    with server:
        yield Scene(logs, address, window)


@pytest.mark.parametrize("fleet", FLEETS, ids=lambda fleet: fleet.plugin)
def test_both_sources_count_the_same_and_lead_to_the_same_ruling(
    scene: Scene, fleet: Fleet, figure: Callable[[str], None]
) -> None:
    here, there = scene.here(fleet), scene.there(fleet.plugin)
    assert there.doubts == ()
    assert there.total() == here.total()
    assert there.slow_s == here.slow_s
    # A scrape at the end of a step shows what was counted in it.
    assert [replace(step, at_s=step.at_s - STEP_S) for step in there.steps] == list(here.steps)
    decisions = judge(POLICY, here), judge(POLICY, there)
    assert [decision.ruling for decision in decisions] == [RULINGS[fleet.plugin]] * 2
    assert decisions[0].findings == tuple(
        replace(found, fired_at_s=None if found.fired_at_s is None else found.fired_at_s - STEP_S)
        for found in decisions[1].findings
    )
    assert decisions[0].reasons == decisions[1].reasons
    total = there.total()
    figure(
        f"{fleet.plugin}: canary {total.canary.counts}, control {total.control.counts}: equal; {decisions[1].ruling.value}"
    )


def test_what_is_said_of_each_is_what_is_wrong_with_it(scene: Scene) -> None:
    decisions = {fleet.plugin: judge(POLICY, scene.there(fleet.plugin)) for fleet in FLEETS}
    assert decisions["failing"].causes[0] == "critical-error-rate"
    assert decisions["late"].causes == ("over-budget",)
    assert "slower" in " ".join(decisions["slow"].reasons)
    assert "the canary has 40 of 300 units" in decisions["few"].reasons
    assert "no data" in decisions["silent"].reasons[0]
    assert "the control has 0 of 300 units" in decisions["alone"].reasons


def test_a_plugin_that_nobody_heard_of_is_held(scene: Scene) -> None:
    observation = scene.there("nothing")
    assert observation.steps == ()
    assert judge(POLICY, observation).ruling is RULINGS["nothing"]


@pytest.mark.parametrize("off_s", [1.0, 7.5, 3000.5])
def test_a_window_that_begins_anywhere_still_promotes_nothing_bad(scene: Scene, off_s: float) -> None:
    window = Window(scene.window.since_s + off_s, scene.window.until_s)
    source = Prometheus(scene.address)
    rulings = {
        plugin: judge(POLICY, source.observe(POLICY, plugin, VERSIONS, window, STEP_S)).ruling
        for plugin in RULINGS
    }
    assert rulings["failing"] is Ruling.ROLL_BACK
    assert [plugin for plugin, ruling in rulings.items() if ruling is Ruling.PROMOTE] in ([], ["healthy"])


Lie = "Callable[[str, dict[str, Any]], Any]"


def every_value(content: Any, change: Callable[[str, list[Any]], list[Any]]) -> Any:
    """The answer to a question of ranges with the points of each series changed."""
    for series in content["data"]["result"]:
        if "values" in series:
            series["values"] = change(series["metric"]["__name__"], series["values"])
    return content


def middle(points: list[Any], change: Callable[[list[Any]], list[Any]]) -> list[Any]:
    third = len(points) // 3
    return [*points[:third], *change(points[third : 2 * third]), *points[2 * third :]]


def set_values(value: str) -> Callable[[list[Any]], list[Any]]:
    return lambda points: [[at_s, value] for at_s, _ in points]


def reset(points: list[Any]) -> list[Any]:
    half = len(points) // 2
    before = float(points[half][1])
    return [*points[:half], *([at_s, str(float(value) - before)] for at_s, value in points[half:])]


def without(metric: str) -> Callable[[Any], Any]:
    def change(content: Any) -> Any:
        found = content["data"]["result"]
        content["data"]["result"] = [series for series in found if series["metric"].get("__name__") != metric]
        return content

    return change


LIES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "NaN": (lambda c: every_value(c, lambda _, p: middle(p, set_values("NaN"))), "is nan at times"),
    "infinity": (lambda c: every_value(c, lambda _, p: middle(p, set_values("+Inf"))), "is inf at times"),
    "below zero": (lambda c: every_value(c, lambda _, p: middle(p, set_values("-3"))), "is -3.0 at times"),
    "a gap": (lambda c: every_value(c, lambda _, p: middle(p, lambda _: [])), "has gaps"),
    "an end": (lambda c: every_value(c, lambda _, p: p[: len(p) // 2]), "ends before the end"),
    "a reset": (lambda c: every_value(c, lambda _, p: reset(p)), "was reset"),
    "no failures": (without(FAILED_UNITS.name), f"{FAILED_UNITS.name} of 1.0.0 is missing"),
    "no budgets": (without(LATE_UNITS.name), f"{LATE_UNITS.name} of 1.0.0 is missing"),
    "no histogram": (without(f"{UNIT_DURATION.name}_bucket"), "slower"),
    "no units": (without(UNITS.name), "the canary's counts at"),
    "words": (lambda c: every_value(c, lambda _, p: middle(p, set_values("many"))), "makes no sense"),
    "backwards": (lambda c: every_value(c, lambda _, p: p[::-1]), "makes no sense"),
    "elsewhen": (lambda c: every_value(c, lambda _, p: [[t + 1e6, v] for t, v in p]), "makes no sense"),
    "no points": (lambda c: every_value(c, lambda _, p: []), "makes no sense"),
    "more failures than units": (
        lambda c: every_value(c, lambda n, p: [[t, str(9 * float(v))] for t, v in p] if "failed" in n else p),
        "the c",
    ),
    "no": (lambda c: {"status": "error", "error": f"no: http://me:{SECRET}@elsewhere"}, "the source says no"),
    "a list": (lambda c: [1, 2], "makes no sense"),
    "nothing": (lambda c: {}, "makes no sense"),
    "null": (lambda c: {"status": "success", "data": None}, "makes no sense"),
    "odd series": (lambda c: {"status": "success", "data": {"result": [1]}}, "makes no sense"),
    "no labels": (lambda c: {"status": "success", "data": {"result": [{"metric": {}, "values": [[0, "1"]]}]}}, "makes no sense"),
}  # fmt: skip


def asked(scene: Scene, path: str, body: bytes) -> bytes:
    with urlopen(Request(f"{scene.address}{path}", data=body), timeout=30) as answer:
        return bytes(answer.read())


def assert_held(observation: Observation, sentence: str) -> None:
    decision = judge(POLICY, observation)
    words = "\n".join(decision.reasons)
    assert decision.ruling is Ruling.HOLD, words
    assert sentence in words
    assert SECRET not in repr((observation, decision))
    assert "127.0.0.1" not in repr((observation, decision))


def test_an_honest_go_between_is_believed(scene: Scene) -> None:
    with listening(lambda path, body: (200, {}, asked(scene, path, body))) as between:
        assert judge(POLICY, scene.there("healthy", between.address)).promotes


@pytest.mark.parametrize("lie", LIES)
def test_a_source_that_lies_is_a_hold_with_its_sentence(scene: Scene, lie: str) -> None:
    change, sentence = LIES[lie]

    def answer(path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, json.dumps(change(json.loads(asked(scene, path, body)))).encode()

    with listening(answer) as liar:
        assert_held(scene.there("healthy", liar.address), sentence)


@pytest.mark.parametrize("plugin", ["healthy", "failing"])
def test_what_was_counted_before_a_gap_at_the_beginning_is_not_counted_again(
    scene: Scene, plugin: str
) -> None:
    """The window begins within the gap, so that its first value looks like a beginning."""
    window = Window(scene.window.since_s + 2 * 3600, scene.window.until_s)

    def answer(path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        content = json.loads(asked(scene, path, body))
        return 200, {}, json.dumps(every_value(content, lambda _, points: points[80:])).encode()

    honest = Prometheus(scene.address).observe(POLICY, plugin, VERSIONS, window, STEP_S)
    with listening(answer) as liar:
        observation = Prometheus(liar.address).observe(POLICY, plugin, VERSIONS, window, STEP_S)
    assert_held(observation, "has gaps")
    assert observation.total().canary == honest.total().canary


REFUSALS: dict[str, tuple[tuple[int, dict[str, str], bytes], str]] = {
    "500": ((500, {}, SECRET.encode()), "the source answers with status 500"),
    "401": ((401, {}, SECRET.encode()), "the source answers with status 401"),
    "nonsense": ((200, {}, b"<html>" + SECRET.encode()), "the source's answer makes no sense"),
    "bytes": ((200, {}, bytes(range(256))), "the source's answer makes no sense"),
    "deep": ((200, {}, b"[" * 100_000), "the source's answer makes no sense"),
    "cut off": ((200, {"Content-Length": "9999"}, b'{"status":'), "the source's answer makes no sense"),
    "elsewhere": (
        (302, {"Location": f"http://me:{SECRET}@127.0.0.1:9/x"}, b""),
        "the source answers with status 302",
    ),
    "elsewhere for ever": ((307, {"Location": "/"}, b""), "the source answers with status 307"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_source_that_refuses_is_a_hold_with_its_sentence(scene: Scene, refusal: str) -> None:
    answer, sentence = REFUSALS[refusal]
    with listening(lambda _path, _body: answer) as server:
        assert_held(scene.there("healthy", server.address, silence_s=2.0), sentence)


def test_a_source_that_does_not_answer_in_time_is_a_hold(scene: Scene) -> None:
    def answer(_path: str, _body: bytes) -> tuple[int, dict[str, str], bytes]:
        time.sleep(1.0)
        return 200, {}, b"{}"

    with listening(answer) as server:
        assert_held(
            scene.there("healthy", server.address, silence_s=0.2), "the source cannot be asked: timed out"
        )


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (f"http://me:{SECRET}@127.0.0.1:1", "the source cannot be asked: Connection refused"),
        (f"http://me:{SECRET}@no-such-host.invalid", "the source cannot be asked: "),
        (f"http://me:{SECRET}@127.0.0.1:port", "the source has no http or https address"),
        (f"ftp://me:{SECRET}@127.0.0.1", "the source has no http or https address"),
        (f"file:///etc/passwd?{SECRET}", "the source has no http or https address"),
        (f"http://[{SECRET}", "the source has no http or https address"),
        ("", "the source has no http or https address"),
        (f"http://127.0.0.1:1/a b\n{SECRET}", "the source "),
    ],
)
def test_no_address_and_nothing_in_it_is_said(scene: Scene, address: str, sentence: str) -> None:
    source = Prometheus(address, 2.0)
    assert SECRET not in repr(source)
    assert_held(source.observe(POLICY, "healthy", VERSIONS, scene.window, STEP_S), sentence)


def test_credentials_go_to_the_server_and_to_no_other(scene: Scene) -> None:
    heard = []

    def answer(path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        heard.append(path)
        return 200, {}, asked(scene, path, body)

    with listening(answer) as server:
        address = server.address.replace("http://", f"http://me:{SECRET}@")
        assert judge(POLICY, scene.there("healthy", address)).promotes
        wanted = f"Basic {b64encode(f'me:{SECRET}'.encode()).decode()}"
        assert {headers["Authorization"] for headers in server.headers} == {wanted}


def test_a_server_that_is_no_web_server_is_a_hold(scene: Scene) -> None:
    import socket
    import threading

    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"220 smtp " + SECRET.encode() + b"\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        assert_held(
            scene.there("healthy", f"http://127.0.0.1:{server.getsockname()[1]}"),
            "the source does not speak HTTP",
        )
        thread.join()


def test_a_prometheus_that_scrapes_sees_every_first_run(
    tmp_path: Path, figure: Callable[[str], None]
) -> None:
    """A series is shown as 0 at its first scrape, or all that was counted before that would be no increase to anybody."""
    from prometheus_client import CollectorRegistry, start_http_server

    began_s = float(int(time.time()))
    fleet, metrics = Fleet("healthy", canary=30, control=30), Metrics()
    events = [json.loads(line) for line in fleet.lines(Window(began_s, began_s + 3600))]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Exposition(metrics, time.time, dict))
    exposed, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    target = f"127.0.0.1:{exposed.server_address[1]}"
    scraping = {"job_name": "plugin", "static_configs": [{"targets": [target]}]}
    address, server = serve(tmp_path, {"global": {"scrape_interval": "1s"}, "scrape_configs": [scraping]})

    def shown(metric: str) -> float:
        found = ask(f"{address}/api/v1/query", {"query": f"sum({metric})"})["data"]["result"]
        return float(found[0]["value"][1]) if found else -1.0

    try:
        with server:
            for event in events:
                metrics.count(event, began_s)
            wanted = 60.0
            assert wait_for(lambda: shown('first_runs_total{per="install"}') == wanted)
            assert shown("min_over_time(first_runs_total[1h])") == 0.0
            window = Window(began_s, float(int(time.time())) + 1)
            observation = Prometheus(address).observe(POLICY, "healthy", VERSIONS, window, 1.0)
    finally:
        exposed.shutdown()
        thread.join()
        exposed.server_close()
    total = observation.total()
    failed = {event["install"] for event in reversed(events) if event["outcome"] == "failed"}
    assert observation.doubts == ()
    assert (total.canary.units, total.control.units) == (30, 30)
    assert total.canary.failures + total.control.failures <= len(failed)
    figure(
        f"scraped: {total.canary.units} of 30 and {total.control.units} of 30 first runs seen, though all were before a scrape"
    )
