"""The page that sums a run up: real reports in, Markdown and an exit status out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
JUNIT = '<testsuites><testsuite tests="{}" failures="{}" errors="0" skipped="2" time="3.4"/></testsuites>'
COVERAGE = """<coverage><packages><package><classes>
<class filename="src/phasegate/a.py"><lines>{}</lines></class>
<class filename="rforge/rforge/b.py"><lines><line number="1" hits="1"/></lines></class>
</classes></package></packages></coverage>"""
COVERED = (
    '<line number="1" hits="4"/><line number="2" hits="1" branch="true" condition-coverage="100% (2/2)"/>'
)
HALF = '<line number="1" hits="0"/><line number="2" hits="1" branch="true" condition-coverage="50% (1/2)"/>'


def summarise(folder: Path, *asked: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "summary.py"), str(folder), *asked]
    inherited = {k: v for k, v in os.environ.items() if k != "NEEDS" and not k.startswith("GITHUB_")}
    return subprocess.run(
        command, env={**inherited, **environment}, capture_output=True, encoding="utf-8", check=False
    )


def session(name: str, result: str) -> str:
    return json.dumps({"sessions": [{"name": name, "result": result, "duration": 2.7, "reason": None}]})


def needs(**results: str) -> str:
    return json.dumps({name: {"result": result, "outputs": {}} for name, result in results.items()})


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    (tmp_path / "unit.xml").write_text(JUNIT.format(12, 0))
    (tmp_path / "coverage.xml").write_text(COVERAGE.format(COVERED))
    rows = [{"command": "status", "p95_s": 0.5, "verdict": "PASS"}]
    (tmp_path / "budgets.json").write_text(json.dumps({"verdict": "PASS", "rows": rows}))
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "lint.json").write_text(session("lint", "success"))
    return tmp_path


def test_a_good_run_is_a_page_with_its_jobs_tests_coverage_and_budgets(reports: Path) -> None:
    done = summarise(reports, NEEDS=needs(lint="success", unit="success"))
    assert done.returncode == 0, done.stderr
    page = (reports / "summary.md").read_text()
    for row in (
        "| lint | success |",
        "| lint | success | 3 |",
        "| unit | 12 | 0 | 0 | 2 | 3 |",
        "| phasegate | 100.0 % | 90 % |",
        "| status | 0.5 | PASS |",
    ):
        assert row in page


def test_github_gets_the_page_after_what_is_there_and_a_link_to_the_run(
    reports: Path, tmp_path: Path
) -> None:
    github = tmp_path / "step-summary"
    github.write_text("before\n")
    run = {
        "GITHUB_SERVER_URL": "https://git.test",
        "GITHUB_REPOSITORY": "some/where",
        "GITHUB_RUN_ID": "7",
    }
    assert summarise(reports, GITHUB_STEP_SUMMARY=str(github), **run).returncode == 0
    assert github.read_text().startswith("before\n# All is good")
    assert "(https://git.test/some/where/actions/runs/7)" in github.read_text()


@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped"])
def test_a_job_that_did_not_succeed_is_not_good(reports: Path, result: str) -> None:
    done = summarise(reports, NEEDS=needs(lint="success", unit=result))
    assert (done.returncode, "## Jobs (not good)" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("unit.xml", JUNIT.format(12, 1), "## Tests (not good)"),
        ("unit.xml", JUNIT.format(0, 0), "## Tests (not good)"),
        ("unit.xml", JUNIT.format(2, 0), "## Tests (not good)"),  # all of them are skipped
        ("coverage.xml", COVERAGE.format(HALF), "| phasegate | 50.0 % | 90 % |"),
        ("coverage.xml", COVERAGE.format(""), "| phasegate | 0.0 % | 90 % |"),
        ("sessions/lint.json", session("lint", "failed"), "## Gates and other sessions (not good)"),
        ("sessions/lint.json", session("lint", "skipped"), "| lint | skipped | 3 |"),
        (
            "budgets.json",
            '{"verdict": "INCONCLUSIVE", "rows": [{"a": 1}]}',
            "## budgets: INCONCLUSIVE (not good)",
        ),
        ("budgets.json", '{"verdict": "PASS", "rows": []}', "## budgets: PASS (not good)"),
    ],
)
def test_a_report_that_is_not_good_makes_the_run_so(
    reports: Path, name: str, content: str, told: str
) -> None:
    (reports / name).write_text(content)
    done = summarise(reports)
    assert (done.returncode, told in done.stdout) == (1, True), done.stdout


def test_a_report_that_should_be_there_and_is_not_is_not_good(reports: Path) -> None:
    assert summarise(reports, "unit.xml", "coverage.xml", "budgets.json").returncode == 0
    done = summarise(
        reports, "unit.xml", "integration.xml", NEEDS=needs(unit="success", integration="success")
    )
    assert (done.returncode, "| integration.xml |" in done.stdout) == (1, True)
    assert "| unit.xml |" not in done.stdout


def test_nothing_to_look_at_is_no_pass(tmp_path: Path) -> None:
    done = summarise(tmp_path / "none")
    assert (done.returncode, "nothing to sum up" in done.stderr) == (2, True)


def test_a_cell_cannot_leave_its_table(reports: Path) -> None:
    rows: list[dict[str, Any]] = [{"command": "a | b\n<script>", "verdict": "PASS"}]
    (reports / "budgets.json").write_text(json.dumps({"verdict": "PASS", "rows": rows}))
    assert "| a \\| b &lt;script> | PASS |" in summarise(reports).stdout
