"""What a run of workflows comes to: how each job ended, how long it took, and the longest chain of jobs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflows.actions import Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workflows.running import Done


def critical_path(jobs: Sequence[Done]) -> tuple[float, list[str]]:
    """The chain of jobs that takes longest where all others have machines of their own: its seconds, and its jobs."""
    longest: dict[str, tuple[float, list[str]]] = {}
    for job in jobs:
        before = max((longest[key] for key in job.needs if key in longest), default=(0.0, []))
        mine = (before[0] + job.seconds, [*before[1], job.key])
        longest[job.key] = max(longest.get(job.key, mine), mine)
    return max(longest.values(), default=(0.0, []))


def status(results: Mapping[str, Sequence[Done]]) -> int:
    """The exit status; what other systems would have to run is not held against this one."""
    endings = [job.ending.result for jobs in results.values() for job in jobs]
    if any(result not in (Result.SUCCESS, Result.SKIPPED) for result in endings):
        return 1
    return 0 if Result.SUCCESS in endings else 3


def lines(results: Mapping[str, Sequence[Done]]) -> Iterator[str]:
    """The result for people."""
    for file, jobs in results.items():
        yield f"\n{file}"
        for job in jobs:
            reason = f"  ({job.ending.reason})" if job.ending.reason else ""
            yield f"  {job.ending.result.value:<16}{job.seconds:>9.1f} s  {job.name}{reason}"
        seconds, chain = critical_path(jobs)
        yield f"  critical path {seconds:.1f} s: {' -> '.join(chain)}; all jobs {sum(job.seconds for job in jobs):.1f} s"


def as_json(results: Mapping[str, Sequence[Done]]) -> dict[str, Any]:
    """The result for scripts."""
    workflows = []
    for file, jobs in results.items():
        seconds, chain = critical_path(jobs)
        rows = [{**_row(job), "steps": [_row(step) for step in job.steps]} for job in jobs]
        workflows.append({"file": file, "critical_path_s": seconds, "critical_path": chain, "jobs": rows})
    return {"schema": 1, "status": status(results), "workflows": workflows}


def _row(done: Done) -> dict[str, Any]:
    return {
        "key": done.key,
        "name": done.name,
        "result": done.ending.result.value,
        "reason": done.ending.reason,
        "seconds": round(done.seconds, 3),
    }
