"""The check for leaks on the real server: a planted one is found and its line named, and too little says nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.once, pytest.mark.timeout(600)]  # the same on every Python, and not swift
PERFORMANCE = Path(__file__).resolve().parents[2] / "performance"


def run(script: str, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment.pop("RFORGE_R_LIBRARY", None)
    command = [sys.executable, str(PERFORMANCE / script), *options]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


@pytest.mark.skipif(
    sys.platform != "linux", reason="where memory grew is shown on a signal that Windows lacks"
)
def test_a_planted_leak_fails_and_its_line_is_named() -> None:
    ended = run("memory_profile.py", "--calls", "200", "--plant-leak", "20000")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert ended.stdout.startswith("FAIL: ")
    assert "watched_server.py" in ended.stdout.splitlines()[1]


def test_a_few_calls_say_nothing_about_growth() -> None:
    ended = run("memory_profile.py", "--calls", "5")
    assert (ended.returncode, ended.stdout[:12]) == (3, "INCONCLUSIVE")


def test_no_right_answer_is_no_plateau(tmp_path: Path) -> None:
    ended = run("memory_profile.py", "--calls", "100", "--path", str(tmp_path))
    assert (ended.returncode, "refused 100" in ended.stdout) == (3, True), ended.stdout


def test_a_single_call_that_is_refused_is_no_plateau(tmp_path: Path) -> None:
    package = tmp_path / "inner" / "package"
    package.mkdir(parents=True)
    (package / "DESCRIPTION").write_text("Package: other\nVersion: 1.0\n", encoding="utf-8")
    ended = run("memory_profile.py", "--calls", "100", "--path", str(package.parent))
    assert (ended.returncode, "refused: rforge_impact" in ended.stdout) == (3, True), ended.stdout


def test_real_usage_of_no_package_is_inconclusive(tmp_path: Path) -> None:
    for folder in ([], [str(tmp_path)]):
        ended = run("profile_real_usage.py", *folder)
        assert (ended.returncode, ended.stdout[:12]) == (3, "INCONCLUSIVE")


def test_real_usage_asks_for_the_modes_in_the_shares_of_real_users() -> None:
    folder = PERFORMANCE.parent / "fixtures" / "r"
    ended = run("profile_real_usage.py", str(folder), "--calls", "200", "--seed", "1")
    calls = {
        line.split()[1]: int(line.split()[2])
        for line in ended.stdout.splitlines()
        if line.startswith("mode ")
    }
    assert 120 <= calls["default"] <= 160
    assert sum(calls.values()) == 200
