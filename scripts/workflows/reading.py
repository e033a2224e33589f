"""Workflow files into frozen values; whatever key is not understood is an error, so that nothing is left out in silence.

Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from workflows.errors import WorkflowError
from workflows.expressions import Scope, fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_JOB_LIMIT_MINUTES = 360.0
"""GitHub's own limit of a job."""
_FILE_KEYS = {"name", "on", True, "permissions", "concurrency", "env", "jobs"}  # YAML 1.1 reads `on` as true
_JOB_KEYS = {
    "name",
    "needs",
    "if",
    "runs-on",
    "timeout-minutes",
    "permissions",
    "strategy",
    "env",
    "outputs",
    "steps",
}
_STEP_KEYS = {
    "id",
    "name",
    "if",
    "uses",
    "with",
    "run",
    "shell",
    "working-directory",
    "env",
    "timeout-minutes",
}
_SYSTEMS = {"ubuntu": "Linux", "macos": "macOS", "windows": "Windows"}


@dataclass(frozen=True)
class Step:
    """A step as it stands in the file: `run` or `uses` is set, the other is empty; a limit of 0 s is none of its own."""

    key: str
    name: str
    condition: str
    run: str
    uses: str
    inputs: Mapping[str, str]
    environment: Mapping[str, str]
    shell: str
    folder: str
    limit_s: float


@dataclass(frozen=True)
class Job:
    """One job with one choice of its matrix."""

    key: str
    name: str
    system: str
    needs: tuple[str, ...]
    condition: str
    matrix: Mapping[str, str]
    environment: Mapping[str, str]
    outputs: Mapping[str, str]
    limit_s: float
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Workflow:
    """A file's jobs, each after those that it needs."""

    file: str
    name: str
    environment: Mapping[str, str]
    jobs: tuple[Job, ...]


class _Loader(yaml.SafeLoader):
    """YAML as GitHub reads it: a key that is there twice is an error, where PyYAML would take the last and drop the other."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [str(key.value) for key, _ in node.value]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"twice: {', '.join(twice)}", node.start_mark)
        return super().construct_mapping(node, deep)


def read_workflow(path: Path) -> Workflow:
    """The workflow in `path`.

    Raises:
        WorkflowError: it cannot be read, or has what cannot be done here.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 # nosec B506 - a SafeLoader
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise WorkflowError(f"{path.name}: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("jobs"), dict) or not content["jobs"]:
        raise WorkflowError(f"{path.name}: this is no workflow with jobs")
    try:
        _refuse_unknown("the workflow", content, _FILE_KEYS)
        jobs = [job for key in _in_order(content["jobs"]) for job in _jobs(key, content["jobs"][key])]
    except WorkflowError as error:
        raise WorkflowError(f"{path.name}: {error}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise WorkflowError(f"{path.name}: this is no workflow: {type(error).__name__}: {error}") from error
    name = str(content.get("name", path.stem))
    return Workflow(path.name, name, _texts(content.get("env")), tuple(jobs))


def _in_order(jobs: Mapping[str, Any]) -> Iterator[str]:
    """The jobs' keys, each after those that it needs, otherwise as they stand in the file."""
    waiting, done = dict.fromkeys(jobs), set[str]()
    while waiting:
        key = next((key for key in waiting if done.issuperset(_list(jobs[key].get("needs")))), None)
        if key is None:
            raise WorkflowError(f"the jobs {', '.join(waiting)} need each other, or one that there is not")
        del waiting[key]
        done.add(key)
        yield key


def _jobs(key: str, content: Mapping[str, Any]) -> Iterator[Job]:
    """The job once for each choice of its matrix."""
    _refuse_unknown(f"the job {key}", content, _JOB_KEYS)
    strategy = content.get("strategy") or {}
    _refuse_unknown(f"the strategy of {key}", strategy, {"matrix", "fail-fast"})
    matrix: Mapping[str, Any] = strategy.get("matrix") or {}
    plain = all(isinstance(values, list) and values for values in matrix.values())
    if not plain or {"include", "exclude"} & set(matrix):
        raise WorkflowError(f"the matrix of {key} is other than lists of values")
    for values in itertools.product(*matrix.values()):
        choice = dict(zip(matrix, map(str, values)))
        scope = Scope({"matrix": choice})
        yield Job(
            key=key,
            name=fill(str(content.get("name", key)), scope) + ("" if "name" in content else _chosen(choice)),
            system=_system(fill(str(content["runs-on"]), scope)),
            needs=tuple(_list(content.get("needs"))),
            condition=str(content.get("if", "")),
            matrix=choice,
            environment=_texts(content.get("env")),
            outputs=_texts(content.get("outputs")),
            limit_s=60.0 * float(content.get("timeout-minutes", _JOB_LIMIT_MINUTES)),
            steps=tuple(_step(key, number, step) for number, step in enumerate(content["steps"], 1)),
        )


def _step(job: str, number: int, content: Mapping[str, Any]) -> Step:
    where = f"step {number} of {job}"
    _refuse_unknown(where, content, _STEP_KEYS)
    run, uses = str(content.get("run", "")), str(content.get("uses", ""))
    if bool(run) == bool(uses):
        raise WorkflowError(f"{where} has to have either `run` or `uses`")
    return Step(  # nosec B604 - `shell` is a name that a workflow gives
        key=str(content.get("id", "")),
        name=str(content.get("name", "") or uses or run.strip().splitlines()[0]),
        condition=str(content.get("if", "")),
        run=run,
        uses=uses,
        inputs=_texts(content.get("with")),
        environment=_texts(content.get("env")),
        shell=str(content.get("shell", "")),
        folder=str(content.get("working-directory", ".")),
        limit_s=60.0 * float(content.get("timeout-minutes", 0)),
    )


def _refuse_unknown(where: str, content: Mapping[Any, Any], known: set[Any]) -> None:
    unknown = [str(key) for key in content if key not in known]
    if unknown:
        raise WorkflowError(f"{where} has {', '.join(unknown)}, which is not understood here")


def _system(runs_on: str) -> str:
    system = _SYSTEMS.get(runs_on.partition("-")[0])
    if system is None:
        raise WorkflowError(f"runs-on {runs_on!r} is no system of GitHub's that is known here")
    return system


def _chosen(choice: Mapping[str, str]) -> str:
    return f" ({', '.join(choice.values())})" if choice else ""


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _texts(value: Mapping[str, Any] | None) -> dict[str, str]:
    """Values as GitHub hands them on: text."""
    return {str(key): _text(item) for key, item in (value or {}).items()}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def with_needs(jobs: Iterable[Job], wanted: str) -> list[Job]:
    """The job `wanted` and all that it needs, in their order; none where there is no such job."""
    jobs = list(jobs)
    needs = {job.key: job.needs for job in jobs}
    keys, found = [wanted] if wanted in needs else [], set[str]()
    while keys:
        key = keys.pop()
        if key not in found:
            found.add(key)
            keys.extend(needs[key])
    return [job for job in jobs if job.key in found]
