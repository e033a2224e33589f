"""The runner of workflows on this machine: real repositories, real shells, and no step that passes without being done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workshop import git

pytestmark = [
    pytest.mark.once,  # the same on every Python
    pytest.mark.skipif(os.name == "nt", reason="the steps of these workflows are written for bash"),
]

ROOT = Path(__file__).resolve().parents[3]
CHECKOUT = "{uses: actions/checkout@v6, with: {persist-credentials: false}}"
SYSTEM = "macos-latest" if sys.platform == "darwin" else "ubuntu-latest"


class Place:
    """A repository with one workflow, and a way to run it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / ".github" / "workflows").mkdir(parents=True)
        git(root, "init", "--quiet")

    def run(self, jobs: str, *arguments: str, top: str = "") -> tuple[int, dict[str, Any]]:
        """Commit a workflow of `jobs`, run it, and give exit status and result."""
        text = f"on: push\n{top}jobs:\n{jobs}".replace("SYSTEM", SYSTEM).replace("CHECKOUT", CHECKOUT)
        (self.root / ".github" / "workflows" / "it.yml").write_text(text)
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", "work")
        done = self.start("--json", *arguments)
        return done.returncode, json.loads(done.stdout) if done.stdout else {"error": done.stderr}

    def start(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "scripts" / "run_workflow.py"), "--root", str(self.root)]
        return subprocess.run(
            [*command, *arguments],
            env={**os.environ, "GITHUB_TOKEN": "of another run"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    @property
    def kept(self) -> Path:
        return self.root / ".phasegate" / "workflows" / "it"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "repository")


def results(result: dict[str, Any]) -> dict[str, str]:
    return {job["name"]: job["result"] for job in result["workflows"][0]["jobs"]}


def job(name: str, *steps: str, more: str = "") -> str:
    listed = "".join(f"      - {step}\n" for step in steps)
    return f"  {name}:\n    runs-on: SYSTEM\n{more}    steps:\n{listed}"


def test_jobs_run_in_the_order_of_their_needs_and_one_that_fails_stops_those_that_need_it(
    place: Place,
) -> None:
    jobs = (
        job("last", "run: exit 0", more="    needs: [bad]\n")
        + job("sum", 'run: test "$(echo $NEEDS | grep -c failure)" = 1', more=ALWAYS)
        + job("bad", "run: exit 7", "run: touch never", "{if: always(), run: echo cleaned}")
        + job("good", "run: exit 0")
    )
    status, result = place.run(jobs)
    assert status == 1
    assert results(result) == {"bad": "failure", "last": "skipped", "good": "success", "sum": "success"}
    bad = next(job for job in result["workflows"][0]["jobs"] if job["key"] == "bad")
    assert [step["result"] for step in bad["steps"]] == ["failure", "skipped", "success"]
    assert bad["reason"] == "exit 7: exit status 7"


ALWAYS = "    needs: [bad, good]\n    if: always()\n    env: {NEEDS: '${{ toJSON(needs) }}'}\n"


def test_a_shell_stops_at_the_first_command_that_fails(place: Place) -> None:
    status, result = place.run(job("a", "run: |\n          false\n          true"))
    assert (status, results(result)) == (1, {"a": "failure"})


def test_what_is_committed_is_what_runs(place: Place) -> None:
    place.root.joinpath("kept.txt").write_text("committed\n")
    jobs = job(
        "a", "run: test ! -e kept.txt", "CHECKOUT", "run: grep -q committed kept.txt && test ! -e loose.txt"
    )
    assert place.run(jobs)[0] == 0
    place.root.joinpath("loose.txt").write_text("not committed\n")
    assert place.start("it").returncode == 0


def test_a_step_that_takes_too_long_is_ended_with_all_that_it_started(place: Place, tmp_path: Path) -> None:
    slow = f"{{run: '(sleep 3; touch {tmp_path}/late) & sleep 60', timeout-minutes: 0.01}}"
    status, result = place.run(job("a", slow, "{if: always(), run: sleep 4}"))
    assert (status, results(result)) == (1, {"a": "timed out"})
    assert not (tmp_path / "late").exists()


def test_a_job_that_takes_too_long_does_nothing_more(place: Place, tmp_path: Path) -> None:
    steps = ("run: sleep 60", f"{{if: always(), run: 'touch {tmp_path}/late'}}")
    status, result = place.run(job("a", *steps, more="    timeout-minutes: 0.02\n"))
    assert (status, results(result)) == (1, {"a": "timed out"})
    assert not (tmp_path / "late").exists()


def test_steps_that_the_job_s_time_did_not_reach_make_it_no_success(place: Place) -> None:
    status, result = place.run(job("a", "CHECKOUT", "run: exit 1", more="    timeout-minutes: 0.00001\n"))
    assert (status, results(result)) == (1, {"a": "timed out"})


def test_secrets_and_paths_to_other_code_of_this_shell_reach_no_step(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("GH_TOKEN", "PYPI_TOKEN", "PYTHONPATH", "PYTEST_ADDOPTS", "COVERAGE_FILE", "RFORGE_USER")
    for name in names:
        monkeypatch.setenv(name, "/elsewhere")
    jobs = job("a", *(f'run: test -z "${name}"' for name in names))
    jobs += job("b", 'run: test "$PYTHONPATH" = mine', more="    env: {PYTHONPATH: mine}\n")
    status, result = place.run(jobs)
    assert (status, results(result)) == (0, {"a": "success", "b": "success"}), result


def test_a_folder_with_blanks_and_letters_of_other_tongues_and_without_its_history_is_run(
    place: Place, tmp_path: Path
) -> None:
    place.run(job("a", "run: exit 0"))
    whole = "{uses: actions/checkout@v6, with: {fetch-depth: 0}}"
    place.run(job("a", "CHECKOUT", "run: test -e .github") + job("b", whole, "run: test -e .github"))
    place.root = tmp_path / "ein Ördner"
    git(tmp_path, "clone", "--quiet", "--depth=1", (tmp_path / "repository").as_uri(), str(place.root))
    done = place.start("it", "--json")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_workflow_is_found_by_either_of_its_endings(place: Place) -> None:
    place.run(job("a", "run: exit 0"))
    (place.root / ".github" / "workflows" / "it.yml").rename(place.root / ".github" / "workflows" / "it.yaml")
    assert place.start("--list").stdout == "it.yaml: a: a\n"


def test_the_nearest_environment_counts_and_no_other_run_is_seen(place: Place) -> None:
    check = '{run: \'test "$A$B$C$CI" = stepjobtoptrue && test -z "$GITHUB_TOKEN"\', env: {A: step}}'
    jobs = job("a", check, more="    env: {A: job, B: job}\n")
    assert place.run(jobs, top="env: {A: top, B: top, C: top}\n")[0] == 0


def test_a_step_adds_to_the_environment_the_path_its_outputs_and_the_summary(place: Place) -> None:
    adds = (
        '{id: one, run: \'echo "A=x=y" >> $GITHUB_ENV; printf "B<<END\\nl1\\nl2\\nEND\\n" >> $GITHUB_ENV;'
        ' echo "$PWD/tools" >> $GITHUB_PATH; echo "out=7" >> $GITHUB_OUTPUT; echo "# Page" >> $GITHUB_STEP_SUMMARY\'}'
    )
    tool = "run: 'mkdir tools; printf \"#!/bin/sh\\n\" > tools/own-tool; chmod +x tools/own-tool'"
    uses = 'run: \'test "$A" = x=y && test "$B" = "$(printf "l1\\nl2")" && test ${{ steps.one.outputs.out }} = 7 && own-tool\''
    jobs = job("a", tool, adds, uses, more="    outputs: {seven: '${{ steps.one.outputs.out }}'}\n")
    jobs += job("b", "run: test ${{ needs.a.outputs.seven }} = 7", more="    needs: a\n")
    status, result = place.run(jobs)
    assert (status, results(result)) == (0, {"a": "success", "b": "success"})
    assert (place.kept / "summaries" / "a.md").read_text() == "# Page\n"


def test_what_a_job_uploads_the_next_one_downloads(place: Place) -> None:
    upload = (
        "{uses: actions/upload-artifact@v6, with: {name: reports-NAME, path: out, if-no-files-found: error}}"
    )
    download = (
        "{uses: actions/download-artifact@v7, with: {pattern: reports-*, path: in, merge-multiple: true}}"
    )
    write = "run: mkdir -p out/deep && echo NAME > out/deep/NAME.txt && echo no > out/.hidden"
    jobs = "".join(job(name, *(s.replace("NAME", name) for s in (write, upload))) for name in ("a", "b"))
    read = "run: cat in/deep/a.txt in/deep/b.txt && test ! -e in/.hidden"
    jobs += job("c", download, read, more="    needs: [a, b]\n")
    jobs += job("d", upload.replace("NAME", "d"))
    status, result = place.run(jobs)
    assert (status, results(result)) == (1, {"a": "success", "b": "success", "c": "success", "d": "failure"})


def test_a_matrix_runs_here_what_is_for_this_system_and_says_what_is_not(place: Place) -> None:
    matrix = "    strategy: {matrix: {os: [ubuntu-latest, macos-latest, windows-latest], n: [1, 2]}}\n"
    jobs = job("a", "run: test ${{ matrix.n }} = 1", more=matrix).replace("SYSTEM", "${{ matrix.os }}")
    status, result = place.run(jobs)
    assert status == 1
    here = {f"a ({SYSTEM}, 1)": "success", f"a ({SYSTEM}, 2)": "failure"}
    assert {name: value for name, value in results(result).items() if value != "skipped"} == here
    skipped = [job["reason"] for job in result["workflows"][0]["jobs"] if job["result"] == "skipped"]
    assert len(skipped) == 4
    assert all("it runs on" in reason for reason in skipped)


def test_where_nothing_is_for_this_system_it_is_no_pass(place: Place) -> None:
    assert place.run(job("a", "run: exit 0").replace("SYSTEM", "windows-latest"))[0] == 3


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("{uses: actions/unheard-of@v1}", "what actions/unheard-of does is not known here"),
        ("{uses: actions/checkout@v6, with: {submodules: true}}", "what submodules asks of it is not known"),
        ("{uses: actions/setup-python@v6, with: {python-version: '3.2'}}", "there is no python3.2 here"),
        ("{run: exit 0, shell: fish}", "the shell 'fish' is not known here"),
        ("{run: 'echo ${{ secrets.TOKEN }}'}", "there is no 'secrets.TOKEN' here"),
    ],
)
def test_what_cannot_be_done_here_is_never_a_pass(place: Place, step: str, reason: str) -> None:
    status, result = place.run(job("a", "run: exit 0", step))
    assert (status, results(result)) == (1, {"a": "impossible here"})
    assert reason in result["workflows"][0]["jobs"][0]["reason"]


def test_a_cache_is_left_out_and_says_why(place: Place) -> None:
    cache = "{uses: actions/cache@v5, with: {path: x, key: y}}"
    status, result = place.run(job("a", cache, "run: exit 0"))
    step = result["workflows"][0]["jobs"][0]["steps"][0]
    assert (status, step["result"], "this machine" in step["reason"]) == (0, "skipped", True)
    assert place.run(job("a", cache))[0] == 1


def test_the_python_that_is_asked_for_is_the_one_that_runs(place: Place) -> None:
    version = ".".join(map(str, sys.version_info[:2]))
    setup = f"{{uses: actions/setup-python@v6, with: {{python-version: '{version}'}}}}"
    check = f'run: test "$(python -c "import sys; print(sys.version_info[1])")" = {sys.version_info[1]}'
    status, result = place.run(job("a", setup, check))
    if "there is no" in result["workflows"][0]["jobs"][0]["reason"]:
        pytest.skip(f"no python{version} on the path")
    assert (status, results(result)) == (0, {"a": "success"})


@pytest.mark.parametrize(
    ("jobs", "told"),
    [
        ("  a: {runs-on: SYSTEM, services: {}, steps: [{run: x}]}\n", "the job a has services"),
        (
            "  a: {runs-on: SYSTEM, steps: [{run: x, continue-on-error: true}]}\n",
            "step 1 of a has continue-on-error",
        ),
        ("  a: {runs-on: SYSTEM, steps: [{name: x}]}\n", "either `run` or `uses`"),
        (
            "  a: {runs-on: SYSTEM, needs: b, steps: [{run: x}]}\n",
            "need each other, or one that there is not",
        ),
        ("  a: {runs-on: beos, steps: [{run: x}]}\n", "'beos' is no system"),
        ("  a: [\n", "it.yml: while parsing"),
        ("  a: {steps: [{run: x}]}\n", "KeyError: 'runs-on'"),
        (
            "  a: {runs-on: SYSTEM, strategy: {matrix: {n: []}}, steps: [{run: x}]}\n",
            "other than lists of values",
        ),
        ("  a: {runs-on: SYSTEM, steps: [{run: x}]}\n" * 2, "twice: a"),
        ("  a: null\n", "this is no workflow"),
        ("  {}\n", "this is no workflow with jobs"),
    ],
)
def test_a_workflow_that_is_not_understood_is_not_begun(place: Place, jobs: str, told: str) -> None:
    status, result = place.run(jobs)
    assert (status, told in result["error"]) == (2, True), result


def test_one_job_is_run_with_what_it_needs_and_the_longest_chain_is_told(place: Place) -> None:
    jobs = job("a", "run: sleep 1") + job("b", "run: exit 0", more="    needs: a\n") + job("c", "run: exit 1")
    status, result = place.run(jobs, "--job", "b")
    assert (status, results(result)) == (0, {"a": "success", "b": "success"})
    assert result["workflows"][0]["critical_path"] == ["a", "b"]
    assert "critical path" in place.start("it", "--job", "b").stdout
    assert place.start("--job", "nothing").returncode == 2
    assert place.start("--list").stdout == "it.yml: a: a\nit.yml: b: b\nit.yml: c: c\n"
