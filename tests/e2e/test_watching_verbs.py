"""The verbs that look at a plugin in use, as whole processes."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fixtures.events import append
from fixtures.fleet import Fleet
from fixtures.lines import line
from phasegate.errors import ErrorCode
from verbs import ask, invoke
from workshop import Workshop

if TYPE_CHECKING:
    import subprocess

CONFIG = "[telemetry]\nlogs = ['{logs}']\nplugin = 'rforge'\n"


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A repository with a public release that forty installs use, two of whose runs fail."""
    folder = tmp_path_factory.mktemp("used")
    fleet = Fleet(folder / "fleet", seed=5)
    workshop = Workshop(folder)
    workshop.now_s = int(time.time()) - 3600
    workshop.release()
    workshop.commit("chore: watch", {"phasegate.toml": CONFIG.format(logs=fleet.logs)})
    fleet.use(range(40), "1.0.0", error_rate=0.0, runs=2)
    fleet.use(range(2), "1.0.0", error_rate=1.0)
    fleet.fail_to_start(range(40, 42), "1.0.0")
    return workshop


@pytest.fixture
def unused(workshop: Workshop, tmp_path: Path) -> Workshop:
    workshop.commit("chore: watch", {"phasegate.toml": CONFIG.format(logs=tmp_path / "nothing")})
    return workshop


def run(workshop: Workshop, *arguments: str) -> subprocess.CompletedProcess[str]:
    return invoke(workshop.root, *arguments)


@pytest.mark.once
def test_a_report_tells_the_same_in_every_format(used: Workshop, tmp_path: Path) -> None:
    told = ask(used.root, "report")
    assert (told["totals"]["served"], told["totals"]["failed"]) == (82, 2)
    assert told["quality"]["not_started"] == 2
    assert told["adoption"] == 1.0
    page = tmp_path / "page.html"
    assert "82 of them served" in run(used, "report").stdout
    assert "82 of them served" in run(used, "report", "--format", "markdown").stdout
    assert run(used, "report", "--format", "html", "--out", str(page)).stdout == f"written: {page}\n"
    assert "82 of them served" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [("--period", "year"), ("--format", "pdf")])
def test_a_report_of_nothing_known_is_refused(used: Workshop, options: tuple[str, ...]) -> None:
    assert run(used, "report", *options).returncode == ErrorCode.USAGE.exit_status


def test_validation_ends_with_what_it_found(used: Workshop, unused: Workshop) -> None:
    failed = run(used, "report.validate", "--since", "1h", "--json")
    assert failed.returncode == ErrorCode.RELEASE_UNHEALTHY.exit_status
    assert json.loads(failed.stdout)["verdict"] == "FAIL"
    nothing = run(unused, "report.validate")
    assert nothing.returncode == ErrorCode.TELEMETRY_MISSING.exit_status
    assert "no event in this time" in nothing.stdout


@pytest.mark.once
def test_usage_tells_who_used_what(used: Workshop) -> None:
    told = ask(used.root, "report.usage")
    assert told["audience"][0]["installs"] == 42
    assert "Commands" in run(used, "report.usage", "--since", "7d").stdout


def test_a_span_that_is_none_is_refused(used: Workshop) -> None:
    assert run(used, "report.usage", "--since", "soon").returncode == ErrorCode.USAGE.exit_status


def test_the_monitor_tells_what_fires_once(used: Workshop) -> None:
    first = ask(used.root, "monitor", "--hours", "1")
    assert {a["rule"] for a in first["alerts"] if a["phase"] == "firing"} >= {"InitialisationFailed"}
    assert "failed to start" in used.notices
    before = used.notices
    assert run(used, "monitor", "--once").returncode == 0
    assert used.notices == before


def test_a_notice_that_cannot_be_sent_is_reported_and_the_status_says_so(used: Workshop) -> None:
    config = (used.root / "phasegate.toml").read_text(encoding="utf-8")
    (used.root / "phasegate.toml").write_text(
        f"{config}\n[notify]\napprise_variable = 'NOWHERE'\n", encoding="utf-8"
    )
    try:
        done = run(used, "monitor", "--once")
    finally:
        (used.root / "phasegate.toml").write_text(config, encoding="utf-8")
    assert done.returncode == ErrorCode.EFFECTS_OPEN.exit_status
    assert "NOWHERE is not set" in done.stderr


def test_a_monitor_that_sees_no_log_is_no_good_one(unused: Workshop) -> None:
    done = run(unused, "monitor", "--once")
    assert done.returncode == ErrorCode.TELEMETRY_MISSING.exit_status
    assert "not there" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("monitor.performance", "--once"),
        ("monitor.errors", "--once", "--json"),
        ("monitor.push", "--to", "http://127.0.0.1:9"),
        ("monitor.prune",),
    ],
    ids=lambda command: command[0],
)
def test_what_finds_no_log_folder_says_so_and_its_status_does(
    unused: Workshop, command: tuple[str, ...]
) -> None:
    done = run(unused, *command)
    assert done.returncode == ErrorCode.TELEMETRY_MISSING.exit_status
    assert "nothing is not there" in done.stderr


def test_a_home_is_not_named(unused: Workshop, tmp_path: Path) -> None:
    done = invoke(unused.root, "monitor", "--json", HOME=str(tmp_path), USERPROFILE=str(tmp_path))
    assert "~/nothing is not there" in done.stdout
    assert str(tmp_path) not in done.stdout


def test_a_board_that_is_broken_is_told_by_whoever_finds_it(used: Workshop) -> None:
    board = used.root / ".git" / "phasegate" / "alerts.json"
    for command in (
        ("monitor.silence", "--rule", "ErrorRateHigh", "--reason", "we know"),
        ("incident", "--title", "It breaks", "--out", str(used.root.parent / "incident.md")),
    ):
        board.write_text("{", encoding="utf-8")
        assert "alerts.json is broken" in run(used, *command).stderr
    board.unlink(missing_ok=True)


@pytest.mark.once
def test_a_silence_needs_a_rule_a_reason_and_an_end(used: Workshop) -> None:
    said = ask(
        used.root,
        "monitor.silence",
        "--rule",
        "ErrorRateHigh",
        "--for",
        "2h",
        "--reason",
        "we know",
        "--label",
        "version=1.0.0",
    )
    assert said["silence"]["labels"] == {"version": "1.0.0"}
    assert said["silence"]["by"] == "Test Author <author@example.test>"
    for options in (
        ("--rule", "Nothing", "--reason", "x"),
        ("--rule", "ErrorRateHigh"),
        ("--rule", "ErrorRateHigh", "--reason", "x", "--label", "version"),
    ):
        assert run(used, "monitor.silence", *options).returncode == ErrorCode.USAGE.exit_status


def test_a_silence_of_a_label_that_no_alert_of_the_rule_has_is_refused(used: Workshop) -> None:
    options = ("--rule", "ErrorRateHigh", "--reason", "we know", "--label", "weather=rain")
    done = run(used, "monitor.silence", *options)
    assert done.returncode == ErrorCode.USAGE.exit_status
    assert "no label 'weather'" in done.stderr


def test_runs_and_errors_are_listed_and_filtered(used: Workshop) -> None:
    runs = run(used, "monitor.performance", "--once").stdout.splitlines()
    assert len(runs) == 82
    assert not run(used, "monitor.performance", "--once", "--version", "9.9.9").stdout
    errors = run(used, "monitor.errors", "--once", "--json").stdout.splitlines()
    assert {json.loads(line)["category"] for line in errors} == {"PluginError"}


def test_runs_of_other_plugins_in_the_same_folder_are_not_listed(workshop: Workshop, tmp_path: Path) -> None:
    """Nobody named the plugin in the configuration: it is the one of this checkout."""
    (tmp_path / "logs").mkdir()
    append(tmp_path / "logs" / "plugin-commands.log", [line(1, plugin="other"), line(2, plugin="demo")])
    config = f"[telemetry]\nlogs = ['{tmp_path / 'logs'}']\n"
    workshop.commit("chore: watch", {"phasegate.toml": config})
    runs = run(workshop, "monitor.performance", "--once", "--json").stdout.splitlines()
    assert [json.loads(each)["plugin"] for each in runs] == ["demo"]


def test_an_incident_is_opened_from_the_ledger_and_the_logs(used: Workshop) -> None:
    told = ask(used.root, "incident", "--title", "It breaks", "--severity", "high")
    text = Path(told["path"]).read_text(encoding="utf-8")
    assert text.startswith("# Incident: It breaks\n")
    assert "`invoke rollback --quick --reason REASON`" in text
    assert "Deploy 1.0.0 to public" in text
    assert re.search(r"the first of \d+ errors PluginError on 1\.0\.0", text)
    assert run(used, "incident", "--severity", "urgent").returncode == ErrorCode.USAGE.exit_status


def test_the_days_summary_tells_how_the_plugin_fared(used: Workshop) -> None:
    done = run(used, "notify", "--kind", "summary", "--plan")
    assert done.returncode == 0
    assert "82 of them served" in done.stdout


def test_an_alert_is_no_notice_that_people_send(used: Workshop) -> None:
    assert run(used, "notify", "--kind", "alert", "--yes").returncode == ErrorCode.USAGE.exit_status


def test_rules_are_exported_with_their_tests(used: Workshop, tmp_path: Path) -> None:
    told = ask(
        used.root,
        "monitor.export",
        "--prometheus",
        str(tmp_path / "out"),
        "--webhook",
        "http://127.0.0.1:9/x",
    )
    names = {str(Path(path).relative_to(tmp_path / "out").as_posix()) for path in told["written"]}
    assert {
        "rules.yml",
        "alertmanager.yml",
        "dashboard.json",
        "report.sql",
        "tests/ErrorRateHigh.yml",
    } <= names


def test_what_cannot_be_written_is_told_as_that(used: Workshop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for options in (
        ("report", "--format", "html", "--out", str(tmp_path / "nowhere" / "page.html")),
        ("monitor.export", "--prometheus", str(tmp_path / "file")),
        ("incident", "--title", "x", "--out", str(tmp_path / "file")),
    ):
        assert run(used, *options).returncode == ErrorCode.FILE_UNWRITTEN.exit_status
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_port_that_is_taken_is_refused(used: Workshop) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(used, "monitor.serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == ErrorCode.USAGE.exit_status


def test_a_store_that_does_not_take_the_metrics_is_told(used: Workshop) -> None:
    done = run(used, "monitor.push", "--to", "http://127.0.0.1:9", "--since", "1h")
    assert done.returncode == ErrorCode.TELEMETRY_UNSENT.exit_status
    assert run(used, "monitor.push").returncode == ErrorCode.TELEMETRY_UNSENT.exit_status


@pytest.mark.once
def test_logs_go_after_a_month_and_the_reports_of_their_days_after_a_year(
    workshop: Workshop, tmp_path: Path
) -> None:
    fleet = Fleet(tmp_path / "fleet")
    workshop.commit("chore: watch", {"phasegate.toml": CONFIG.format(logs=fleet.logs)})
    now_s = time.time()
    fleet.use(range(2), "1.0.0", at_s=now_s - 3 * 86400)
    fleet.use(range(2, 4), "1.0.0", at_s=now_s - 40 * 86400)
    for path in (fleet.folder / "002" / "logs").iterdir():
        os.utime(path, (now_s - 40 * 86400,) * 2)
    reports = workshop.root / ".git" / "phasegate" / "reports"
    reports.mkdir(parents=True)
    (reports / "2020-01-01.json").write_text("{}", encoding="utf-8")
    os.utime(reports / "2020-01-01.json", (now_s - 366 * 86400,) * 2)
    told = ask(workshop.root, "monitor.prune")
    (reported,) = told["reported"]
    assert json.loads(Path(reported).read_text(encoding="utf-8"))["totals"]["served"] == 2
    assert {Path(path).parent.parent.name for path in told["deleted"]} == {"002", "phasegate"}
    assert run(workshop, "monitor.prune").stdout == "Nothing to do.\n"


def test_a_plugin_without_a_server_cannot_be_probed(unused: Workshop) -> None:
    (unused.root / "phasegate.toml").write_text("", encoding="utf-8")
    assert run(unused, "monitor.probe").returncode == ErrorCode.TELEMETRY_MISSING.exit_status


def test_a_probe_does_not_write_into_a_pattern(used: Workshop) -> None:
    done = run(used, "monitor.probe")
    assert done.returncode == ErrorCode.CONFIG_INVALID.exit_status
    assert "names no folder" in done.stderr


def test_an_incident_that_nothing_names_is_refused(unused: Workshop) -> None:
    assert run(unused, "incident").returncode == ErrorCode.USAGE.exit_status


def test_a_case_that_is_none_is_refused(used: Workshop, tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text("{}", encoding="utf-8")
    for path in (tmp_path / "case.json", tmp_path / "nothing.json"):
        assert run(used, "watch", "--replay", str(path)).returncode == ErrorCode.USAGE.exit_status


def test_without_a_rollout_there_is_nothing_to_watch(unused: Workshop) -> None:
    assert run(unused, "watch", "--once").returncode == ErrorCode.ROLLOUT_MISSING.exit_status


SERVER = """\
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    result = {"tools": [{"name": "hello", "inputSchema": {"properties": {"who": {}}}}]}
    result = {"isError": "--broken" in sys.argv, "content": []} if asked["method"] == "tools/call" else result
    if "id" in asked:
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"""


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_probe_logs_how_the_server_answered_and_is_no_use_of_the_plugin(
    workshop: Workshop, tmp_path: Path, is_broken: bool
) -> None:
    logs = tmp_path / "logs"
    arguments = ["${CLAUDE_PLUGIN_ROOT}/server.py", *(["--broken"] if is_broken else [])]
    manifest = {
        "name": "demo", "version": "0.0.0", "description": "A demonstration",
        "mcpServers": {"demo": {"command": sys.executable, "args": arguments}},
    }  # fmt: skip
    workshop.commit(
        "feat: serve",
        {
            "demo/.claude-plugin/plugin.json": json.dumps(manifest, indent=2) + "\n",
            "demo/server.py": SERVER,
            "demo/commands/hello.md": "---\ndescription: Say hello\nallowed-tools: mcp__plugin_demo_demo__hello\n---\nHello.\n",
            "phasegate.toml": f"[telemetry]\nlogs = ['{logs}']\n[telemetry.probe]\nwho = 'ann'\n",
        },
    )
    done = run(workshop, "monitor.probe", "--json")
    assert done.returncode == (ErrorCode.RELEASE_UNHEALTHY.exit_status if is_broken else 0)
    assert [each["is_good"] for each in json.loads(done.stdout)["probed"]] == [True, not is_broken]
    told = ask(workshop.root, "report")
    assert (told["totals"]["served"], told["quality"]["probes"], told["quality"]["failed_probes"]) == (
        0,
        2,
        int(is_broken),
    )
    assert told["quality"]["documentation_accuracy"] == 1.0
