"""Run this repository's GitHub workflows on this machine: the same steps, in the order that the jobs need.

    python scripts/run_workflow.py                       all of them
    python scripts/run_workflow.py ci --job summary      one job, and those that it needs
    python scripts/run_workflow.py --list

What is committed is what runs. Jobs for another system are left out, and said to be. Artifacts and summaries are kept in
`.phasegate/workflows/`. Exit status: 0 all succeeded, 1 something did not, 2 a workflow cannot be read, 3 nothing ran.
Needs `pipx` where the steps call it, and PyYAML.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workflows.errors import WorkflowError
from workflows.reading import read_workflow, with_needs
from workflows.reports import as_json, lines, status
from workflows.running import Runner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.reading import Job, Workflow
    from workflows.running import Done


def main(arguments: Sequence[str]) -> int:
    """Run what `arguments` name; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "workflows", nargs="*", metavar="WORKFLOW", help="files by their stem; all by default"
    )
    parser.add_argument("--job", help="this job alone, and those that it needs")
    parser.add_argument("--list", action="store_true", help="name the jobs and run none")
    parser.add_argument(
        "--json", action="store_true", help="the result as JSON; what the steps write goes to stderr"
    )
    parser.add_argument(
        "--root", type=Path, default=Path(__file__).resolve().parent.parent, help="the repository"
    )
    given = parser.parse_args(arguments)
    try:
        chosen = _choose(given.root.resolve(), given.workflows, given.job)
    except WorkflowError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if given.list:
        listed = [f"{workflow.file}: {job.key}: {job.name}" for workflow, jobs in chosen for job in jobs]
        print("\n".join(listed))
        return 0
    results = {
        workflow.file: _run(given.root.resolve(), workflow, jobs, given.json) for workflow, jobs in chosen
    }
    print(json.dumps(as_json(results), indent=2) if given.json else "\n".join(lines(results)))
    return status(results)


def _choose(root: Path, names: Sequence[str], job: str | None) -> list[tuple[Workflow, list[Job]]]:
    folder = root / ".github" / "workflows"
    there = sorted(file for file in folder.glob("*") if file.suffix in (".yml", ".yaml"))
    unknown = sorted(set(names) - {file.stem for file in there})
    if unknown:
        raise WorkflowError(f"there is no workflow {', '.join(unknown)} in {folder}")
    files = [file for file in there if not names or file.stem in names]
    read = [read_workflow(file) for file in files]
    chosen = [(workflow, with_needs(workflow.jobs, job) if job else list(workflow.jobs)) for workflow in read]
    chosen = [(workflow, jobs) for workflow, jobs in chosen if jobs]
    if not chosen:
        raise WorkflowError(
            f"there is no job {job} in {folder}" if job else f"there is no workflow in {folder}"
        )
    return chosen


def _run(root: Path, workflow: Workflow, jobs: Sequence[Job], quiet: bool) -> list[Done]:
    kept = root / ".phasegate" / "workflows" / Path(workflow.file).stem
    shutil.rmtree(kept, ignore_errors=True)
    stream = sys.stderr if quiet else sys.stdout
    runner = Runner(
        root, kept, lambda line: print(line, file=stream, flush=True), sys.stderr if quiet else None
    )
    return list(runner.run(workflow, jobs))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
