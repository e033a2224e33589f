"""The check on budgets against the real server, and against servers that break."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

import mock_mcp_server

pytestmark = pytest.mark.once  # the same on every Python
ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "scripts" / "validate_time_budgets.py"

Validate = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def validate() -> Validate:
    def run(*options: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [sys.executable, str(SCRIPT), "--rounds", "2", *options]
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    return run


def broken_server(tmp_path: Path, *options: str) -> Path:
    """A server that breaks in one way, as a script without arguments."""
    script = tmp_path / "server.py"
    command = [sys.executable, str(Path(mock_mcp_server.__file__)), *options]
    script.write_text(f"import subprocess, sys\nsys.exit(subprocess.call({command!r}))\n", encoding="utf-8")
    return script


def answering(tmp_path: Path, text: str, after_s: float = 0.0) -> Path:
    """A server that answers every call with `text`."""
    server = tmp_path / "server.py"
    server.write_text(
        "import json, sys, time\n"
        "for line in sys.stdin:\n"
        "    message = json.loads(line)\n"
        "    if message['method'] == 'tools/call':\n"
        f"        time.sleep({after_s})\n"
        f"    result = {{'content': [{{'type': 'text', 'text': {text!r}}}]}}\n"
        "    print(json.dumps({'jsonrpc': '2.0', 'id': message.get('id'), 'result': result}), flush=True)\n"
        "    if message['method'] == 'initialize': sys.stdin.readline()\n",
        encoding="utf-8",
    )
    return server


def test_every_command_keeps_its_budget_in_mode_default(validate: Validate) -> None:
    ended = validate("--mode", "default", "--json")
    said = json.loads(ended.stdout)
    assert (ended.returncode, said["verdict"]) == (0, "PASS"), ended.stdout
    assert {"status", "analyze"} <= {row["command"] for row in said["rows"]}
    assert all(0 < row["p50_s"] <= row["p95_s"] <= row["slowest_s"] < row["budget_s"] for row in said["rows"])


def test_a_mode_that_is_not_there_is_inconclusive(validate: Validate) -> None:
    ended = validate("--mode", "hasty")
    assert ended.returncode == 3
    assert "INCONCLUSIVE: nothing was examined" in ended.stdout


@pytest.mark.parametrize("rounds", ["0", "-1"])
def test_no_round_at_all_is_wrong_usage(validate: Validate, rounds: str) -> None:
    assert validate("--mode", "default", "--rounds", rounds).returncode == 2


def test_the_report_is_one_that_the_summary_can_show(validate: Validate, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    validate("--mode", "default", "--command", "status", "--report", str(reports / "budgets.json"))
    summary = [sys.executable, str(ROOT / "scripts" / "summary.py"), str(reports)]
    environment = {k: v for k, v in os.environ.items() if k != "NEEDS" and not k.startswith("GITHUB_")}
    ended = subprocess.run(summary, env=environment, capture_output=True, encoding="utf-8")
    assert (ended.returncode, "## budgets: PASS" in ended.stdout) == (0, True), ended.stdout + ended.stderr


def test_the_budgets_are_those_of_this_checkout_whatever_the_path_names(
    tmp_path: Path,
) -> None:
    other = tmp_path / "rforge"
    other.mkdir()
    (other / "__init__.py").write_text("raise SystemExit('another rforge')\n", encoding="utf-8")
    command = [sys.executable, str(SCRIPT), "--rounds", "1", "--mode", "default", "--command", "status"]
    ended = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("report", ["{}", '{"command": "next", "mode": "default", "partial": false}', "[]"])
def test_a_swift_answer_to_something_else_keeps_no_budget(
    validate: Validate, tmp_path: Path, report: str
) -> None:
    ended = validate("--mode", "default", "--command", "status", "--server", str(answering(tmp_path, report)))
    assert (ended.returncode, " FAIL" in ended.stdout) == (1, True), ended.stdout


def test_a_folder_without_packages_fails(validate: Validate, tmp_path: Path) -> None:
    ended = validate("--mode", "default", "--command", "status", "--path", str(tmp_path))
    assert ended.returncode == 1
    assert "FAIL: There is no R package" in ended.stdout


@pytest.mark.parametrize(
    ("fault", "words"),
    [("dies", "ServerEndedError"), ("garbage", "GarbageAnswerError"), ("", "error -32602")],
)
def test_a_server_that_breaks_fails_with_its_fault(
    validate: Validate, tmp_path: Path, fault: str, words: str
) -> None:
    server = broken_server(tmp_path, "--fault", fault)
    ended = validate("--mode", "default", "--command", "status", "--server", str(server))
    assert ended.returncode == 1
    assert words in ended.stdout


@pytest.mark.once  # it takes that long
def test_an_answer_after_the_budget_is_a_fail(validate: Validate, tmp_path: Path) -> None:
    report = '{"command": "status", "mode": "default", "partial": false}'
    server = answering(tmp_path, report, after_s=5.2)
    ended = validate("--mode", "default", "--command", "status", "--rounds", "1", "--server", str(server))
    assert ended.returncode == 1
    assert "FAIL: over budget" in ended.stdout
