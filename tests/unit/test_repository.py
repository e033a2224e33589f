"""Checks on the repository itself: what CI calls exists, and the documentation names what there is."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import jsonschema
import pytest
import yaml

from client.people import VERSIONS
from phasegate.config import CRITERIA, UNATTENDED, Config, Gate, Notify, Phase, Telemetry, Watch
from phasegate.config_file import load_config, read_config
from phasegate.hosting.ruleset import FILE, read_ruleset
from phasegate.rollout.planning import criteria
from phasegate.tasks.collection import namespace

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())
SESSION_CALL = re.compile(
    r'pipx run --spec "nox\[uv\]" nox -s ([a-z0-9]+)(?:-\$\{\{ matrix\.python \}\}| -- --[a-z-]+| --report reports/sessions/\1\.json)?'
    r"|(?:python -m )?invoke ([a-z-]+)(?: --[a-z-]+)*"
)
CLIENT_INSTALL = re.compile(
    r"npm install --ignore-scripts --prefix (\S+) @anthropic-ai/claude-code@(\d+\.\d+\.\d+)"
)
PACKAGES_INSTALL = re.compile(r"sudo apt-get update && sudo apt-get install --yes( [a-z][a-z0-9-]*)+")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def sessions() -> dict[str, str | None]:
    """The sessions of noxfile.py, by name, with their docstrings."""
    tree = ast.parse(noxfile())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {
        f.name: ast.get_docstring(f)
        for f in functions
        if any("session" in ast.dump(d) for d in f.decorator_list)
    }


def noxfile() -> str:
    return (ROOT / "noxfile.py").read_text(encoding="utf-8")


def jobs(workflow: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"])


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(workflow).values() for step in job["steps"]]


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_checks_that_the_default_branch_asks_for_are_the_jobs_of_ci() -> None:
    ruleset = read_ruleset((ROOT / FILE).read_text(encoding="utf-8"))
    named = [job["name"] for job in jobs(ROOT / ".github" / "workflows" / "ci.yml").values()]
    assert ruleset.checks == named


def test_there_is_a_workflow() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "proofs.yml", "test-matrix.yml"]


def test_ci_has_its_nine_jobs_and_the_last_waits_for_all_others_however_they_end() -> None:
    named = jobs(ROOT / ".github" / "workflows" / "ci.yml")
    others = ["lint", "unit", "integration", "performance", "regression", "security", "plugin", "build"]
    assert list(named) == [*others, "summary"]
    assert (named["summary"]["needs"], named["summary"]["if"]) == (others, "always()")
    assert named["summary"]["env"] == {"NEEDS": "${{ toJSON(needs) }}"}


def test_what_the_coverage_is_judged_by_is_what_ci_measures_and_hands_on() -> None:
    """The suites whose data are joined each upload their reports, and the summary takes all of them."""
    [joined] = re.findall(r'judge_coverage\(session, ("[^)]*")\)', noxfile())
    named = jobs(ROOT / ".github" / "workflows" / "ci.yml")
    handing_on = [
        command.split(" nox -s ")[1].split()[0]
        for job in named.values()
        for step in job["steps"]
        for command in [step.get("run", "")]
        if command and any(s.get("with", {}).get("name", "").startswith("reports-") for s in job["steps"])
    ]
    assert set(re.findall(r'"(\w+)"', joined)) <= set(handing_on)


def test_the_matrix_is_each_promised_python_on_each_system() -> None:
    matrix = jobs(ROOT / ".github" / "workflows" / "test-matrix.yml")["tests"]["strategy"]["matrix"]
    promised = [c.split()[-1] for c in pyproject()["project"]["classifiers"] if "Python :: 3." in c]
    assert matrix == {"os": ["ubuntu-latest", "macos-latest", "windows-latest"], "python": promised}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_only_sessions_and_tasks_and_each_session_exists(workflow: Path) -> None:
    commands = [step["run"] for step in steps(workflow) if "run" in step]
    commands = [command for command in commands if not CLIENT_INSTALL.fullmatch(command)]
    commands = [command for command in commands if not PACKAGES_INSTALL.fullmatch(command)]
    calls = [SESSION_CALL.fullmatch(command) for command in commands]
    assert commands
    assert all(calls), [command for command, call in zip(commands, calls) if not call]
    assert {call[1] for call in calls if call and call[1]} <= set(sessions())
    assert {call[2] for call in calls if call and call[2]} <= set(namespace.task_names)


def test_the_job_of_the_real_client_installs_those_it_names_and_cannot_pass_without_them() -> None:
    job = jobs(ROOT / ".github" / "workflows" / "proofs.yml")["client"]
    commands = [step["run"] for step in job["steps"] if "run" in step]
    installed = [match for match in map(CLIENT_INSTALL.fullmatch, commands) if match]
    named = job["env"]["PHASEGATE_CLIENTS"].split(":")
    assert [match[2] for match in installed] == list(VERSIONS)
    assert [path.split("/node_modules/")[0] for path in named] == [match[1] for match in installed]
    assert commands[-1].endswith(" nox -s client -- --require-all")


def test_the_job_of_watching_installs_what_the_real_tests_ask_for_and_cannot_pass_without_it() -> None:
    job = jobs(ROOT / ".github" / "workflows" / "proofs.yml")["watching"]
    commands = [step["run"] for step in job["steps"] if "run" in step]
    packages = [command for command in commands if PACKAGES_INSTALL.fullmatch(command)]
    assert {"prometheus", "prometheus-alertmanager", "victoria-metrics", "jq"} <= set(packages[0].split())
    assert [command.split(" nox -s ")[-1] for command in commands[1:]] == ["watching", "judge"]
    [session] = re.findall(r"^def watching\(.*?^    run_tests\((.*?)\)$", noxfile(), re.MULTILINE | re.DOTALL)
    assert '"--require-all"' in session


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_pins_its_actions_and_keeps_no_credentials(workflow: Path) -> None:
    used = [step for step in steps(workflow) if "uses" in step]
    assert all(PINNED.fullmatch(step["uses"]) for step in used)
    checkouts = [step for step in used if "checkout" in step["uses"]]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_job_has_a_time_limit_and_only_the_rights_it_needs(workflow: Path) -> None:
    assert yaml.safe_load(workflow.read_text(encoding="utf-8"))["permissions"] == {}
    assert all(job["timeout-minutes"] <= 30 for job in jobs(workflow).values())
    assert all(job["permissions"] == {"contents": "read"} for job in jobs(workflow).values())


def test_every_session_says_in_a_line_what_it_checks() -> None:
    assert {
        "lint",
        "types",
        "tests",
        "imports",
        "security",
        "plugin",
        "docs",
        "build",
        "rehearse",
        "client",
        "unit",
        "integration",
        "performance",
        "regression",
        "e2e",
        "coverage",
        "workflows",
        "faults",
        "watching",
        "judge",
        "summary",
    } <= set(sessions())
    assert all(docstring and "\n" not in docstring for docstring in sessions().values())


def test_the_noxfile_can_be_read_in_a_minute() -> None:
    assert len(noxfile().splitlines()) < 280


def test_every_gate_that_the_configuration_names_is_a_session() -> None:
    config = load_config(ROOT)
    assert {config.gate(name).session for phase in config.phases.values() for name in phase.gates} <= set(
        sessions()
    )


def test_ci_run_names_sessions_that_exist_and_pythons_that_are_promised() -> None:
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    [checks] = re.findall(r"^checks=\((.*)\)$", text, re.MULTILINE)
    [pythons] = re.findall(r"^pythons=\((.*)\)$", text, re.MULTILINE)
    promised = {c.split()[-1] for c in pyproject()["project"]["classifiers"] if "Python :: 3." in c}
    assert set(checks.split()) <= set(sessions())
    assert set(pythons.split()) <= promised
    assert {"3.9", "3.10", "3.11", "3.12", "3.13"} <= set(pythons.split())


def test_the_criteria_that_a_configuration_can_name_are_those_there_are() -> None:
    assert set(CRITERIA) == set(criteria.CRITERIA)


def test_the_configuration_page_names_every_key() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    values = (Config, Phase, Gate, Notify, Telemetry, Watch)
    asked = {re.sub("_s$", "", name) for value in values for name in value.__dataclass_fields__} - {"name"}
    assert {key for key in asked if f"| `{key}` |" not in page} == set()
    assert {word for word in (*CRITERIA, *UNATTENDED) if f'`"{word}"`' not in page} == set()


def test_the_suites_that_the_page_of_proofs_names_exist() -> None:
    named = re.findall(
        r"`([\w/]*test_[\w*]+\.py)`", (ROOT / "docs" / "proofs.md").read_text(encoding="utf-8")
    )
    assert named
    assert [name for name in named if not any((ROOT / "tests").rglob(name))] == []


def test_every_page_is_in_the_navigation() -> None:
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:")[1]
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {page for page in pages if page not in nav} == set()


def examples(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in `language`, without the indentation that a list gives them."""
    blocks = re.findall(
        rf"^ *```{language}\n.*?^ *```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [dedent(block).split("\n", 1)[1].rsplit("\n", 1)[0] for block in blocks]


PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
SETTINGS = [(page.name, text) for page in PAGES for text in examples(page, "toml")]


@pytest.mark.parametrize("text", [text for _, text in SETTINGS], ids=[name for name, _ in SETTINGS])
def test_a_configuration_that_the_documentation_shows_is_one(text: str) -> None:
    read_config({"pyproject.toml": text.encode()})


def test_the_event_that_the_documentation_shows_is_one() -> None:
    schema = json.loads((ROOT / "src/phasegate/telemetry/event.schema.json").read_bytes())
    [text] = examples(ROOT / "docs" / "adoption.md", "json")
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    assert "\n" not in text
