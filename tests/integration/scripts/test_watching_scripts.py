"""The scripts that the seed names: each as people call it, over real logs, in a repository that is released with phasegate."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fixtures.events import Mix, iso, runs
from processes import executable
from verbs import SOURCE
from workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.once,  # the same on every Python, and not swift
    pytest.mark.skipif(sys.platform == "win32", reason="the environment's Python is a shell script here"),
]

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "scripts"
ERROR = {
    "schema": 1, "id": "0123456789abcdef", "event": "error", "plugin": "demo", "version": "1.0.0",
    "install": "0123456789abcdef", "user": "0123456789abcdef", "session": "0123456789abcdef", "probe": False,
    "command": "hello", "category": "PluginError", "severity": "critical",
}  # fmt: skip


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts with an environment that stands ready, as after their first use: it is this Python, not a fresh one."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(SCRIPTS, folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    binaries = folder / ".phasegate" / "venv" / "bin"
    binaries.parent.mkdir(parents=True)
    executable(binaries / "python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    stamp = "import dev; dev.STAMP.write_text(dev.wanted(), encoding='utf-8')"
    subprocess.run([sys.executable, "-c", stamp], cwd=folder / "scripts", check=True)
    return folder / "scripts"


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A repository whose plugin has logged 300 runs and one error in the last hours."""
    folder = tmp_path_factory.mktemp("repository")
    workshop, logs = Workshop(folder), folder / "logs"
    logs.mkdir()
    until_s = time.time()
    mix = Mix(count=300, since_s=until_s - 7200, until_s=until_s, plugin="demo", versions={"1.0.0": 1})
    (logs / "plugin-commands.log").write_bytes(b"".join(runs(mix)))
    log_error(logs, until_s)
    workshop.commit("chore: watch", {"phasegate.toml": '[telemetry]\nlogs = ["../logs"]\n'})
    return workshop


def log_error(logs: Path, at_s: float) -> None:
    with (logs / "plugin-errors.log").open("a", encoding="utf-8") as log:
        log.write(json.dumps({**ERROR, "timestamp": iso(at_s), "id": f"{int(at_s * 1e6):016x}"}) + "\n")


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": path, "PYTHONUTF8": "1"}


def call(workshop: Workshop, *command: str) -> str:
    done = subprocess.run(
        command, cwd=workshop.root, env=environment(), capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("script", "options", "says"),
    [
        ("monitor-performance.sh", ["--once"], "of 10 s"),
        ("monitor-errors.sh", ["--once"], "critical PluginError in hello of 1.0.0"),
        ("dashboard.sh", ["--once", "--quiet"], "demo in use, the last 24 hours"),
        ("weekly-report.sh", ["--format", "markdown"], "# demo in use"),
    ],
)
def test_a_script_shows_what_was_logged(
    scripts: Path, workshop: Workshop, script: str, options: list[str], says: str
) -> None:
    assert says in call(workshop, str(scripts / script), *options)


def test_the_weekly_report_is_of_seven_days(scripts: Path, workshop: Workshop) -> None:
    report = json.loads(call(workshop, str(scripts / "weekly-report.sh"), "--json"))
    assert report["timeline"]["step_s"] == 7200
    assert report["intake"]["events"] == 301


@pytest.mark.parametrize(("hours", "some"), [([], True), (["--hours=3"], True), (["--hours=0"], False)])
def test_usage_is_analysed_over_the_hours_that_are_asked_for(
    scripts: Path, workshop: Workshop, hours: list[str], some: bool
) -> None:
    usage = json.loads(call(workshop, sys.executable, str(scripts / "analyze-usage.py"), *hours, "--json"))
    assert bool(usage["audience"]) is some


def test_an_incident_report_has_the_error_in_its_timeline(
    scripts: Path, workshop: Workshop, tmp_path: Path
) -> None:
    out = tmp_path / "incident.md"
    call(workshop, str(scripts / "create-incident-report.sh"), "--title", "Trouble", f"--out={out}")
    report = out.read_text(encoding="utf-8")
    assert report.startswith("# Incident: Trouble\n")
    assert "the first of 1 errors PluginError on 1" in report


def test_a_mistake_in_the_options_is_the_scripts_status_too(scripts: Path, workshop: Workshop) -> None:
    command = [str(scripts / "create-incident-report.sh"), "--severity", "odd"]
    done = subprocess.run(
        command, cwd=workshop.root, env=environment(), capture_output=True, encoding="utf-8"
    )
    assert (done.returncode, "error[usage]" in done.stderr) == (2, True)


@pytest.fixture
def own(workshop: Workshop, tmp_path: Path) -> Workshop:
    """The same repository, with logs that a test may write to."""
    return workshop.copy(tmp_path / "own")


@pytest.fixture
def following(scripts: Path, own: Workshop) -> Iterator[subprocess.Popen[str]]:
    """`monitor-errors.sh` at work, in a process group of its own as a terminal gives it."""
    command = [str(scripts / "monitor-errors.sh")]
    with subprocess.Popen(
        command, cwd=own.root, env=environment(), start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def test_errors_are_followed_until_ctrl_c_which_is_no_accident(
    own: Workshop, following: subprocess.Popen[str]
) -> None:
    assert following.stdout
    assert following.stderr
    assert "Ctrl-C ends it" in following.stderr.readline()
    log_error(own.root.parent / "logs", time.time())
    assert "critical PluginError in hello of 1.0.0" in following.stdout.readline()
    os.killpg(following.pid, signal.SIGINT)
    _, words = following.communicate()
    assert (following.returncode, "Traceback" in words) == (130, False)
