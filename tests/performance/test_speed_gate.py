"""What the gate on speed makes of a machine as it is: it may be unsure, but it is never wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SLOWER, UNSURE = 1, 3


def gate(*options: str) -> int:
    script = [sys.executable, str(ROOT / "scripts" / "compare_speed.py")]
    ended = subprocess.run(
        [*script, "--base", "HEAD", "--only", "rforge status default", *options],
        capture_output=True,
        text=True,
    )
    print(f"\n{ended.stdout}{ended.stderr}")
    return ended.returncode


@pytest.mark.timeout(600)
def test_a_planted_slow_down_of_15_percent_is_never_passed() -> None:
    assert gate("--plant", "1.15") in (SLOWER, UNSURE)


@pytest.mark.timeout(1200)
def test_identical_commits_are_never_called_slower() -> None:
    assert all(gate() in (0, UNSURE) for _ in range(10))
