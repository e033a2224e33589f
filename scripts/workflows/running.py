"""Runs a workflow's jobs here, one after the other, each in a folder of its own that begins empty."""

from __future__ import annotations

import getpass
import os
import platform
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Callable

from workflows.actions import Ending, Place, Result, perform
from workflows.errors import WorkflowError
from workflows.expressions import Scope, asks_always, fill, holds
from workflows.shells import read_additions, run_script

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workflows.reading import Job, Step, Workflow

SYSTEM = {"Darwin": "macOS"}.get(platform.system(), platform.system())
_FILES = ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
_GOOD = (Result.SUCCESS, Result.SKIPPED)
_NOT_INHERITED = (
    *("GITHUB_*", "RUNNER_*", "GH_*", "GIT_*", "*_TOKEN", "*_SECRET", "*_PASSWORD", "*_KEY", "NEEDS"),
    *("PYTHONPATH", "PYTHONHOME", "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "COVERAGE_*", "NOX*", "VIRTUAL_ENV"),
    *("PHASEGATE_*", "RFORGE_*", "CLAUDE_*", "R_LIBS*"),
)
"""What of this shell no host would set: another run's state, secrets, and what makes a job judge other code than its clone's."""


@dataclass(frozen=True)
class Done:
    """How a step or a job went, and how long it took, in seconds; `steps` are those of a job."""

    key: str
    name: str
    ending: Ending
    seconds: float
    needs: tuple[str, ...] = ()
    steps: tuple[Done, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Runner:
    """What all jobs share: the repository, where artifacts and summaries are kept, who is told, where output goes."""

    repository: Path
    kept: Path
    tell: Callable[[str], None]
    output: IO[str] | None = None

    def run(self, workflow: Workflow, jobs: Sequence[Job]) -> Iterator[Done]:
        """Run `jobs` of `workflow`, which stand in the order of their needs."""
        done: dict[str, list[Done]] = {}
        for job in jobs:
            self.tell(f"\n=== {workflow.name} / {job.name}")
            one = self._run_job(workflow, job, done)
            done.setdefault(job.key, []).append(one)
            self.tell(
                f"=== {job.name}: {one.ending.result.value} in {one.seconds:.1f} s {one.ending.reason}".rstrip()
            )
            yield one

    def _run_job(self, workflow: Workflow, job: Job, done: Mapping[str, list[Done]]) -> Done:
        start = time.monotonic()
        needs = {key: _as_need(done[key]) for key in job.needs}
        scope = Scope({"needs": needs}, succeeded=all(need["result"] == "success" for need in needs.values()))
        reason = _reason_to_skip(job, scope)
        if reason:
            return Done(job.key, job.name, Ending(Result.SKIPPED, reason), 0.0, job.needs)
        folder = Path(tempfile.mkdtemp(prefix="workflow-"))
        try:
            work = _Work(self, workflow, job, needs, folder, start + job.limit_s)
            steps = work.run()
            ending, outputs = work.ending(steps), work.outputs()
        except WorkflowError as error:
            return Done(
                job.key, job.name, Ending(Result.IMPOSSIBLE, str(error)), time.monotonic() - start, job.needs
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return Done(job.key, job.name, ending, time.monotonic() - start, job.needs, steps, outputs)


def _reason_to_skip(job: Job, scope: Scope) -> str:
    if job.system != SYSTEM:
        return f"it runs on {job.system}, and this is {SYSTEM}"
    if not scope.succeeded and not asks_always(job.condition):
        return "what it needs did not succeed"
    return "" if holds(job.condition, scope) else f"its condition does not hold: {job.condition}"


def _as_need(done: Sequence[Done]) -> dict[str, Any]:
    """A job as those who need it see it: the worst of its matrix; what other systems do is not known, and counts for nothing."""
    results = [one.ending.result for one in done]
    if any(result not in _GOOD for result in results):
        result = "failure"
    else:
        result = "success" if Result.SUCCESS in results else "skipped"
    outputs = {key: value for one in done for key, value in one.outputs.items()}
    return {"result": result, "outputs": outputs}


class _Work:
    """One job while it runs."""

    def __init__(
        self,
        runner: Runner,
        workflow: Workflow,
        job: Job,
        needs: Mapping[str, Any],
        folder: Path,
        ends_at: float,
    ) -> None:
        self.runner, self.job, self.ends_at = runner, job, ends_at
        self.files = folder / "files"
        self.files.mkdir()
        (folder / "temp").mkdir()
        (folder / "checkout").mkdir()
        environment = _environment(runner, workflow, job, folder)
        self.place = Place(
            runner.repository, folder / "checkout", runner.kept / "artifacts", folder / "temp", environment
        )
        self.steps: dict[str, Any] = {}
        self.succeeded = True
        self.contexts: dict[str, Any] = {
            "matrix": dict(job.matrix),
            "needs": dict(needs),
            "steps": self.steps,
            "runner": {"os": SYSTEM, "temp": str(folder / "temp")},
            "github": {
                key[7:].lower(): value for key, value in environment.items() if key.startswith("GITHUB_")
            },
        }
        environment.update(self._filled(workflow.environment))
        environment.update(self._filled(job.environment))

    def _scope(self) -> Scope:
        contexts = {**self.contexts, "env": dict(self.place.environment)}
        return Scope(contexts, self.place.folder, succeeded=self.succeeded)

    def _filled(self, texts: Mapping[str, str]) -> dict[str, str]:
        return {key: fill(text, self._scope()) for key, text in texts.items()}

    def run(self) -> tuple[Done, ...]:
        """All steps, each as its condition says."""
        return tuple(self._run_step(number, step) for number, step in enumerate(self.job.steps, 1))

    def _run_step(self, number: int, step: Step) -> Done:
        start = time.monotonic()
        name = fill(step.name, self._scope())
        if start >= self.ends_at:
            ending = Ending(Result.TIMED_OUT, "the job's time was over")
        elif not holds(step.condition, self._scope()):
            ending = Ending(Result.SKIPPED, step.condition or "a step before it did not succeed")
        else:
            self.runner.tell(f"--- {number}. {name}")
            ending = self._do(step)
            self.succeeded = self.succeeded and ending.result in _GOOD
        self.runner.tell(f"--- {number}. {name}: {ending.result.value} {ending.reason}".rstrip())
        return Done(step.key, name, ending, time.monotonic() - start)

    def _do(self, step: Step) -> Ending:
        if step.uses:
            return perform(step.uses, self._filled(step.inputs), self.place)
        left_s = self.ends_at - time.monotonic()
        limit_s = min(left_s, step.limit_s) if step.limit_s else left_s
        files = {name: self.files / name for name in _FILES}
        for path in files.values():
            path.write_bytes(b"")
        given = {
            **self.place.environment,
            **self._filled(step.environment),
            **{k: str(v) for k, v in files.items()},
        }
        folder = self.place.folder / step.folder
        text = fill(step.run, self._scope())
        ending = run_script(text, step.shell, folder, given, limit_s, self.runner.output)
        self._take(step, files)
        return ending

    def _take(self, step: Step, files: Mapping[str, Path]) -> None:
        """What the step left for those after it, and for people."""
        self.place.environment.update(read_additions(files["GITHUB_ENV"]))
        folders = files["GITHUB_PATH"].read_text(encoding="utf-8").splitlines()
        self.place.environment["PATH"] = os.pathsep.join(
            [*reversed(folders), self.place.environment.get("PATH", "")]
        )
        if step.key:
            self.steps[step.key] = {"outputs": read_additions(files["GITHUB_OUTPUT"])}
        summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        if summary:
            page = self.runner.kept / "summaries" / f"{self.job.key}.md"
            page.parent.mkdir(parents=True, exist_ok=True)
            with page.open("a", encoding="utf-8") as stream:
                stream.write(summary)

    def outputs(self) -> dict[str, str]:
        """The job's own outputs."""
        return self._filled(self.job.outputs)

    def ending(self, steps: Sequence[Done]) -> Ending:
        """The worst of the steps; a job of which nothing was done is no success."""
        bad = [step for step in steps if step.ending.result not in _GOOD]
        if bad:
            return Ending(bad[0].ending.result, f"{bad[0].name}: {bad[0].ending.reason}")
        if not any(step.ending.result is Result.SUCCESS for step in steps):
            return Ending(Result.IMPOSSIBLE, "none of its steps was done")
        return Ending(Result.SUCCESS)


def _environment(runner: Runner, workflow: Workflow, job: Job, folder: Path) -> dict[str, str]:
    """This machine's variables without what no host would set, and GitHub's."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not any(fnmatchcase(name, pattern) for pattern in _NOT_INHERITED)
    }
    return {
        **inherited,
        "CI": "true",
        "GITHUB_ACTOR": getpass.getuser(),
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_JOB": job.key,
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_REF_NAME": "main",
        "GITHUB_REPOSITORY": f"local/{runner.repository.name}",
        "GITHUB_WORKFLOW": workflow.name,
        "GITHUB_WORKSPACE": str(folder / "checkout"),
        "RUNNER_OS": SYSTEM,
        "RUNNER_TEMP": str(folder / "temp"),
    }
