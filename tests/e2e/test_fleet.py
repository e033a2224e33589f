"""A fleet of 500 installs on two channels: what they report holds a release, lets it on, or brings it back."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.fleet import Fleet
from phasegate.errors import ErrorCode
from verbs import ask, invoke
from workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from phasegate.rollout.applying.engine import Done

STABLE, CANARY = range(250), range(250, 500)
CONFIG = """\
[phases.canary]
gates = []
soak = 0
criteria = ["published", "healthy"]

[phases.docs]
criteria = ["published"]

[telemetry]
logs = ['{logs}']
plugin = "rforge"

[watch]
least_units = 200
{more}
"""
pytestmark = [pytest.mark.once, pytest.mark.timeout(300)]


class Trial:
    """A release in public, a candidate in canary, and who uses them."""

    def __init__(self, folder: Path, more: str = "") -> None:
        self.fleet = Fleet(folder / "fleet")
        self.workshop = Workshop(folder)
        self.workshop.now_s = int(time.time()) - 10
        self.workshop.release()
        text = CONFIG.format(logs=self.fleet.logs, more=more)
        self.workshop.commit("feat: grow", {"phasegate.toml": text})
        self.workshop.now_s = int(time.time()) - 2
        self.workshop.deploy("internal")
        self.workshop.deploy("canary")
        self.stable, self.candidate = self.workshop.version_on("stable"), self.workshop.version_on("canary")

    def deploy(self, phase: str) -> Done:
        self.workshop.now_s = int(time.time()) + 1
        return self.workshop.deploy(phase)

    def watch(self, *options: str) -> subprocess.CompletedProcess[str]:
        time.sleep(1.1)  # what happens in this second belongs to the next
        return invoke(self.workshop.root, "watch", "--phase", "canary", "--once", *options)


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path)


def test_a_good_candidate_goes_through_to_public(trial: Trial) -> None:
    trial.fleet = Fleet(trial.fleet.folder, seed=1)
    trial.fleet.use(STABLE, trial.stable, runs=3)
    trial.fleet.use(CANARY, trial.candidate, runs=3)
    ruling = trial.watch("--json")
    assert ruling.returncode == 0
    said = json.loads(ruling.stdout)
    assert said["ruling"] == "promote"
    units = {finding["rule"]["name"]: finding["canary"]["units"] for finding in said["findings"]}
    assert units["error-rate"] == 250
    trial.deploy("docs")
    done = trial.deploy("public")
    assert trial.workshop.version_on("stable") == "1.1.0"
    assert done.operation is not None
    assert any(judgement.gate == "healthy:canary" for judgement in done.operation.judgements)
    assert not trial.fleet.said


@pytest.mark.parametrize("seed", range(2))
def test_a_candidate_with_five_times_the_errors_does_not_reach_public(tmp_path: Path, seed: int) -> None:
    trial = Trial(tmp_path)
    trial.fleet = Fleet(trial.fleet.folder, seed)
    trial.fleet.use(STABLE, trial.stable, error_rate=0.02)
    trial.fleet.use(CANARY, trial.candidate, error_rate=0.10)
    ruling = trial.watch()
    assert ruling.returncode in (ErrorCode.ROLLOUT_HELD.exit_status, ErrorCode.RELEASE_UNHEALTHY.exit_status)
    done = invoke(trial.workshop.root, "deploy", "--phase", "docs", "--yes")
    assert done.returncode == ErrorCode.ROLLOUT_HELD.exit_status
    assert "the judge says" in done.stderr
    assert trial.workshop.version_on("stable") == trial.stable


def test_nobody_reporting_is_a_hold_and_no_promotion(trial: Trial) -> None:
    ruling = trial.watch("--json")
    assert ruling.returncode == ErrorCode.ROLLOUT_HELD.exit_status
    assert json.loads(ruling.stdout)["ruling"] == "hold"
    assert "no log folder" in ruling.stdout
    status = ask(trial.workshop.root, "status")
    assert any("the judge says hold" in hold["reason"] for hold in status["rollout"]["holds"])


def test_an_override_passes_a_hold_and_is_recorded_with_what_the_judge_said(trial: Trial) -> None:
    trial.workshop.now_s = int(time.time()) + 1
    done = trial.workshop.deploy("docs", override="nobody uses it yet")
    assert done.operation is not None
    (said,) = (j for j in done.operation.judgements if j.gate == "healthy:canary")
    assert (said.verdict, said.overridden) == ("INCONCLUSIVE", "nobody uses it yet")


def test_a_rule_in_shadow_says_what_it_would_have_done_and_does_nothing(tmp_path: Path) -> None:
    trial = Trial(tmp_path, '[watch.unattended]\ncritical-error-rate = "shadow"\n')
    trial.fleet.use(CANARY, trial.candidate, error_rate=0.6)
    before = trial.workshop.remote_refs()
    ruling = trial.watch()
    assert ruling.returncode == ErrorCode.RELEASE_UNHEALTHY.exit_status
    assert "In shadow mode (critical-error-rate) this would have been done" in ruling.stdout
    assert trial.workshop.remote_refs() == before


def test_a_decision_is_replayed_from_its_case(trial: Trial) -> None:
    trial.fleet.use(CANARY, trial.candidate, error_rate=0.6)
    said = json.loads(trial.watch("--json").stdout)
    case = trial.workshop.root / ".git" / "phasegate" / "cases" / f"{said['evidence']}.json"
    again = invoke(trial.workshop.root, "watch", "--replay", str(case), "--json")
    replayed = json.loads(again.stdout)
    assert {key: replayed[key] for key in ("ruling", "reasons", "evidence", "findings")} == {
        key: said[key] for key in ("ruling", "reasons", "evidence", "findings")
    }


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[Any]]]:
    started: list[subprocess.Popen[Any]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "invoke", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )


def test_a_hard_failure_comes_back_by_itself_within_a_minute_where_the_rule_may_act_alone(
    tmp_path: Path, processes: list[subprocess.Popen[Any]], record_property: Callable[[str, object], None]
) -> None:
    trial = Trial(tmp_path, '[watch.unattended]\ncritical-error-rate = "on"\n')
    trial.fleet.use(STABLE, trial.stable)
    watching = start(trial.workshop.root, "watch", "--phase", "canary", "--interval", "5", "--json")
    processes.append(watching)
    time.sleep(8)
    assert watching.poll() is None
    began_s = time.monotonic()
    trial.fleet.use(CANARY[:20], trial.candidate, error_rate=1.0)
    told, _ = watching.communicate(timeout=120)
    took_s = time.monotonic() - began_s
    record_property("figure", f"from the first failure logged to the canary rolled back: {took_s:.1f} s")
    assert watching.returncode == ErrorCode.RELEASE_UNHEALTHY.exit_status
    assert "may act alone" in json.loads(told)["response"]
    assert trial.workshop.version_on("canary") != trial.candidate


def test_a_release_that_does_not_start_is_told_by_the_live_monitor_within_a_minute(
    tmp_path: Path, processes: list[subprocess.Popen[Any]], record_property: Callable[[str, object], None]
) -> None:
    trial = Trial(tmp_path)
    trial.fleet.use(STABLE[:5], trial.stable)
    processes.append(start(trial.workshop.root, "monitor"))
    time.sleep(8)
    began_s = time.monotonic()
    trial.fleet.fail_to_start(CANARY[:3], trial.candidate)
    while "failed to start" not in trial.workshop.notices and time.monotonic() - began_s < 120:
        time.sleep(0.2)
    took_s = time.monotonic() - began_s
    record_property("figure", f"from the first failed start logged to its notice: {took_s:.1f} s")
    assert "critical" in trial.workshop.notices
    assert trial.candidate in trial.workshop.notices
