"""`invoke watch` left alone: what ends it, and what does not."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from phasegate.errors import ErrorCode
from verbs import invoke
from workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.once, pytest.mark.timeout(120)]
CONFIG = """\
[telemetry]
logs = ['{logs}']
plugin = "demo"

[watch]
patience = "{patience}"
"""


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[[str], tuple[Workshop, subprocess.Popen[Any]]]]:
    started: list[subprocess.Popen[Any]] = []

    def begin(patience: str) -> tuple[Workshop, subprocess.Popen[Any]]:
        workshop = Workshop(tmp_path)
        workshop.commit(
            "feat: watch",
            {"phasegate.toml": CONFIG.format(logs=tmp_path / "logs", patience=patience)},
        )
        workshop.now_s = int(time.time()) - 5
        workshop.deploy("internal")
        command = [sys.executable, "-m", "invoke", "watch", "--interval", "1"]
        process = subprocess.Popen(
            command,
            cwd=workshop.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        started.append(process)
        return workshop, process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_a_remote_that_is_gone_for_a_while_does_not_end_a_watch(
    watch: Callable[[str], tuple[Workshop, subprocess.Popen[Any]]],
) -> None:
    workshop, process = watch("1d")
    assert process.stderr is not None
    assert "hold" in process.stderr.readline()
    away = workshop.remote.with_name("away")
    workshop.remote.rename(away)
    while "It is asked again" not in process.stderr.readline():
        assert process.poll() is None
    away.rename(workshop.remote)
    while "hold" not in process.stderr.readline():
        assert process.poll() is None


def test_a_hold_that_has_expired_ends_a_watch_for_a_person_decides(
    watch: Callable[[str], tuple[Workshop, subprocess.Popen[Any]]],
) -> None:
    _, process = watch("3s")
    _, said = process.communicate(timeout=60)
    assert process.returncode == ErrorCode.ROLLOUT_HELD.exit_status
    assert "the hold has expired" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("monitor.silence", "--rule", "ErrorRateHigh", "--reason", "we know", "--for", "0s"),
        ("monitor", "--once", "--hours", "99999999999"),
    ],
)
def test_a_time_that_makes_no_sense_is_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert invoke(Workshop(tmp_path).root, *arguments).returncode == ErrorCode.USAGE.exit_status
