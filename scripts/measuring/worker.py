"""Times benchmarks in one tree, on demand: `python -m measuring.worker FOLDER`, a line of JSON in, a line out.

The tree is the one that PYTHONPATH names. `{"list": true}` is answered with the names and where the code lies,
`{"run": NAME, "times": N}` with the seconds of N runs together, on both clocks, or with the error.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring.benchmarks import Benchmark, Work, all_benchmarks

if TYPE_CHECKING:
    from typing import TextIO


def children_s() -> float:
    """CPU seconds of all ended children, user's and system's; seconds of the wall where there is no such count."""
    try:
        import resource
    except ImportError:  # Windows
        return time.perf_counter()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(benchmark: Benchmark, work: Work, times: int) -> dict[str, float]:
    """Seconds of `times` runs: CPU time and time of the wall."""
    gc.collect()
    cpu = children_s if benchmark.in_children else time.process_time
    wall_s, cpu_s = time.perf_counter(), cpu()
    for _ in range(times):
        work()
    return {"cpu_s": cpu() - cpu_s, "wall_s": time.perf_counter() - wall_s}


def serve(folder: Path, requests: TextIO, answers: TextIO) -> None:
    """Answer each request; ends with the requests."""
    benchmarks = {benchmark.name: benchmark for benchmark in all_benchmarks()}
    ready: dict[str, Work] = {}
    for line in requests:
        request = json.loads(line)
        answer = _listing(benchmarks) if request.get("list") else {}
        if "run" in request:
            answer = _run(benchmarks[request["run"]], ready, folder, int(request["times"]))
        print(json.dumps(answer), file=answers, flush=True)


def _listing(benchmarks: dict[str, Benchmark]) -> dict[str, Any]:
    import phasegate
    import rforge

    return {"names": list(benchmarks), "code": [str(phasegate.__file__), str(rforge.__file__)]}


def _run(benchmark: Benchmark, ready: dict[str, Work], folder: Path, times: int) -> dict[str, Any]:
    try:
        if benchmark.name not in ready:
            ready[benchmark.name] = benchmark.prepare(folder)
            ready[benchmark.name]()  # what is cached after the first time is not what is compared
        return timed(benchmark, ready[benchmark.name], times)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - an older or a newer tree may fail in any way
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    answers_to, sys.stdout = sys.stdout, sys.stderr
    serve(Path(sys.argv[1]), sys.stdin, answers_to)
