"""The promise of the judge, simulated: a small selection of what `scripts/simulate_judge.py` measures as a whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = ROOT / "scripts" / "simulate_judge.py"
pytestmark = pytest.mark.once  # the same on every Python, and not swift


def simulate(*options: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit status and the rows of a simulation."""
    environment = {"PYTHONPATH": f"{ROOT / 'src'}"}
    command = [sys.executable, str(SCRIPT), "--seed", "4", "--json", *options]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout)["rows"]


def test_healthy_releases_are_hardly_ever_given_up_and_by_common_tests_often() -> None:
    status, rows = simulate("--only", "healthy: ", "--runs", "120", "--units", "500")
    assert status == 0
    assert len(rows) == 5
    for row in rows:
        assert row["bound of any rule"] <= 0.05
        assert row["z-test gave up"] > 0.15
    at_limits = rows[0]
    assert at_limits["release"] == "at the limits"
    assert at_limits["fixed gave up"] > 0.7


def test_bad_releases_are_rolled_back_and_slow_ones_are_held() -> None:
    _, rows = simulate("--only", "bad: ", "--bad-runs", "20", "--units", "1500")
    found = {row["release"]: row for row in rows}
    assert [found[f"{rate}% fail"]["rolled back"] for rate in (15, 20, 30, 50, 100)] == [1.0] * 5
    assert found["30% fail"]["judge median"] < found["15% fail"]["judge median"] < 200
    assert found["2 times slower"]["any rule"] == found["3 times slower"]["any rule"] == 1.0
    assert found["3 times slower"]["rolled back"] == 0.0


def test_too_few_releases_say_nothing() -> None:
    status, rows = simulate("--only", "healthy: below", "--runs", "10", "--units", "50")
    assert status == 3
    assert len(rows) == 1
    assert simulate("--only", "no such release") == (3, [])
