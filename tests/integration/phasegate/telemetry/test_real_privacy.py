"""Personal data planted in every input: none of it is in what a plugin's watch gives away."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.events import Mix, append, iso, write
from phasegate.telemetry.exports.exposition import exposition_text
from phasegate.telemetry.metrics.counting import Metrics
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.events import read_events
from verbs import invoke
from workshop import git

if TYPE_CHECKING:
    from pathlib import Path

    from workshop import Workshop

pytestmark = pytest.mark.once

NAME, EMAIL, HOST = "Jane Q. Planted", "jane.planted@corp.example", "planted-host.example"
PASSWORD, TOKEN = "planted-passw0rd-in-url", "ghp_" + "planted" * 4 + "0123456789"
PATH, TEXT = "/home/jane-planted/secret-project/main.R", "planted error text of jane"
SETTING = "planted-value-of-a-secret-setting"
PLANTED = (NAME, EMAIL, HOST, PASSWORD, TOKEN, PATH, TEXT, SETTING, "jane")
ENVIRONMENT = {
    "GIT_AUTHOR_NAME": NAME,
    "GIT_AUTHOR_EMAIL": EMAIL,
    "GIT_COMMITTER_NAME": NAME,
    "GIT_COMMITTER_EMAIL": EMAIL,
    "MY_API_TOKEN": TOKEN,
    "SERVICE_SECRET": SETTING,
    "PHASEGATE_METRICS": f"http://me:{PASSWORD}@127.0.0.1:1",
    "WATCH_PROMETHEUS": f"http://me:{PASSWORD}@127.0.0.1:1",
    "USER": "jane",
    "EMAIL": EMAIL,
}
EXTRA: dict[str, Any] = {
    "email": EMAIL, "name": NAME, "path": PATH, "message": TEXT, "traceback": [TEXT, {"at": PATH}], "token": TOKEN,
    "hostname": HOST, "argv": [PATH, SETTING],
}  # fmt: skip


@pytest.fixture
def planted(released: Workshop, tmp_path: Path) -> Workshop:
    """A workshop of somebody, whose remote's address, settings, variables and logs all say who."""
    root, logs, now_s = released.root, tmp_path / "logs", time.time()
    git(root, "config", "user.name", NAME)
    git(root, "config", "user.email", EMAIL)
    git(root, "config", "http.https://planted-host.example/.extraheader", f"Authorization: Basic {PASSWORD}")
    git(root, "remote", "add", "elsewhere", f"https://jane:{PASSWORD}@{HOST}/repository.git")
    bad = {"1.0.0": 0.5}
    mix = Mix(600, now_s - 3600, now_s - 5, plugin="demo", installs=40, versions={"1.0.0": 1}, bad=bad)
    write(logs, mix)
    append(
        logs / "plugin-commands.log", [event(n, now_s, event="command", outcome="failed") for n in range(9)]
    )
    errors = [event(100 + n, now_s, event="error", category="PluginError", severity="high") for n in range(9)]
    append(logs / "plugin-errors.log", errors)
    append(logs / "plugin-debug.log", [event(200, now_s, event="debug", text=TEXT)])
    append(logs / "plugin-errors.log", [f"Traceback: {TEXT} {PATH} {EMAIL} {TOKEN}\n".encode()])
    settings = f'[telemetry]\nlogs = ["{logs}"]\nplugin = "demo"\n'
    released.commit("chore: watch", {"phasegate.toml": settings})
    return released


def event(number: int, now_s: float, **members: Any) -> bytes:
    who = f"{number:016x}"
    usual = {
        "schema": 1, "timestamp": iso(now_s - 100 + number / 10), "id": who, "plugin": "demo", "version": "1.0.0",
        "install": who, "user": who, "session": who, "probe": False, "command": "status", "mode": "default",
        "format": "json", "duration_s": 1.0, "budget_s": 10.0, "packages": 1, "explicit": True,
    }  # fmt: skip
    return json.dumps({**EXTRA, **usual, **members}).encode() + b"\n"


VERBS = {
    "dashboard": ["monitor", "--once"],
    "dashboard as JSON": ["monitor", "--json"],
    "runs": ["monitor.performance", "--once"],
    "runs as JSON": ["monitor.performance", "--once", "--json"],
    "errors": ["monitor.errors", "--once"],
    "errors as JSON": ["monitor.errors", "--once", "--json"],
    "report": ["report"],
    "Markdown": ["report", "--format", "markdown"],
    "JSON": ["report", "--json"],
    "page": ["report", "--format", "html"],
    "checks": ["report.validate"],
    "usage": ["report.usage"],
    "incident": ["incident", "--since", "1h"],
    "push": ["monitor.push"],
    "judge": ["watch"],
}


def found_in(text: str) -> list[str]:
    return [word for word in PLANTED if word.lower() in text.lower()]


def test_nothing_that_was_planted_is_given_away(planted: Workshop, tmp_path: Path) -> None:
    given = {}
    for name, verb in VERBS.items():
        done = invoke(planted.root, *verb, **ENVIRONMENT)
        given[name] = done.stdout + done.stderr
        assert "Traceback" not in done.stderr, given[name]
        assert given[name].strip(), name
    for path in (planted.root / ".git" / "phasegate").rglob("*"):
        if path.is_file() and path.suffix in (".md", ".json"):
            given[path.name] = path.read_text(encoding="utf-8")
    assert "notices.md" in given  # half of all runs fail, so somebody was told
    assert "alerts.json" in given
    assert {name: found_in(text) for name, text in given.items() if found_in(text)} == {}


def test_no_metric_and_no_label_says_who(planted: Workshop, tmp_path: Path) -> None:
    now_s = time.time()
    metrics = Metrics()
    events, _ = read_events((tmp_path / "logs",), "demo", Window(now_s - 7200, now_s))
    for at_s, each in events:
        metrics.count(each, at_s)
    text = exposition_text((sample, None) for sample in metrics.samples(now_s)).decode()
    assert "command_executions_total" in text
    assert found_in(text) == []
    assert f"{3:016x}" not in text  # no hash of an install either


def test_what_is_planted_is_there(planted: Workshop, tmp_path: Path) -> None:
    """Were it not, the others would show nothing."""
    logs = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "logs").iterdir())
    settings = (planted.root / ".git" / "config").read_text(encoding="utf-8")
    assert set(found_in(logs + settings + json.dumps(ENVIRONMENT))) == set(PLANTED)


def test_the_folder_of_the_logs_is_said_to_its_owner_in_what_was_read(
    planted: Workshop, tmp_path: Path
) -> None:
    """It cannot be left out: who is told that a folder is missing has to know which. Metrics and alerts do not say it."""
    folder = tmp_path / "jane-planted-logs"
    planted.write({"phasegate.toml": f'[telemetry]\nlogs = ["{folder}"]\nplugin = "demo"\n'})
    done = invoke(planted.root, "report", "--format", "markdown", **ENVIRONMENT)
    said = [line for line in done.stdout.splitlines() if "jane" in line]
    assert len(said) == 1
    assert said[0].startswith("Not there: ")
