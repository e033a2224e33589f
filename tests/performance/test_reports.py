"""What a report's reading costs, whole processes in turn: against a bare DuckDB script, jq, and a rescan of everything.

Each is compared with what gives the same: one question (runs by command, mode, format and version) with one question, and
all that a report asks with all of that.

By default over 100,000 events; `REPORT_EVENTS=1000000 HISTORY_EVENTS=5000000` gives the figures that are stated.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import pytest

from fixtures.events import Mix, append, runs, write, write_others

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EVENTS = int(os.environ.get("REPORT_EVENTS", "100000"))
HISTORY = int(os.environ.get("HISTORY_EVENTS", "100000"))
JQ_EVENTS = min(EVENTS, int(os.environ.get("JQ_EVENTS", "100000")))
ROUNDS = int(os.environ.get("REPORT_ROUNDS", "5"))
JQ_ROUNDS = 3
DAY_S = 86_400.0
UNTIL_S = 1_790_086_400.0
ARRIVING = 10_000
ROTATED = 18
"""The rotated files of 5M events, of 100 MB each as the emitter makes them; the live one is half full, as on an average day."""

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

REPORT = """
import sys
from phasegate.telemetry.logs.stream import Stream
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.opening import STREAMS, open_reading
asked, folder, reader, since_s, until_s = *sys.argv[1:4], *map(float, sys.argv[4:])
streams = [Stream.COMMANDS] if asked == "one question" else STREAMS
with open_reading([folder], "rforge", Window(since_s, until_s), reader=reader, streams=streams) as reading:
    groups = reading.groups(("command", "mode", "format", "version"))
    if asked == "all questions":
        answers = reading.timeline(3600), reading.audience(), reading.quality()
    print(reading.intake.events, len(groups))
"""

SCAN_ONE = """
import sys, duckdb
since_s = float(sys.argv[1])
columns = {"timestamp": "TIMESTAMP", "version": "VARCHAR", "command": "VARCHAR", "mode": "VARCHAR", "format": "VARCHAR",
    "outcome": "VARCHAR", "duration_s": "DOUBLE", "budget_s": "DOUBLE"}
duckdb.execute("SET enable_progress_bar = false")
rows = duckdb.execute(f'''
    SELECT command, mode, format, version, count(*), avg((outcome = 'failed')::INT),
        count(*) FILTER (duration_s > budget_s), quantile_cont(duration_s, [0.5, 0.95, 0.99])
    FROM read_json({sys.argv[2:]!r}, columns = {columns!r}, format = 'newline_delimited', ignore_errors = true)
    WHERE timestamp >= make_timestamp({int(since_s * 1e6)}) GROUP BY ALL ORDER BY ALL''').fetchall()
print(sum(row[4] for row in rows), len(rows))
"""

SCAN_ALL = """
import sys, duckdb
columns = {"timestamp": "TIMESTAMP", "version": "VARCHAR", "install": "VARCHAR", "user": "VARCHAR", "session": "VARCHAR",
    "probe": "BOOLEAN", "command": "VARCHAR", "mode": "VARCHAR", "format": "VARCHAR", "outcome": "VARCHAR",
    "duration_s": "DOUBLE", "budget_s": "DOUBLE"}
since_s = float(sys.argv[1])
runs = '''count(*), avg((outcome = 'failed')::INT), count(*) FILTER (duration_s > budget_s),
    quantile_cont(duration_s, [0.5, 0.95, 0.99])'''
duckdb.execute("SET enable_progress_bar = false")
duckdb.execute("SET preserve_insertion_order = false")
duckdb.execute(f'''CREATE TEMP TABLE runs AS
    FROM read_json({sys.argv[2:]!r}, columns = {columns!r}, format = 'newline_delimited', ignore_errors = true)
    WHERE timestamp >= make_timestamp({int(since_s * 1e6)})''')
rows = duckdb.execute(f"SELECT command, mode, format, version, {runs} FROM runs GROUP BY ALL ORDER BY ALL").fetchall()
answers = [
    duckdb.execute(f"SELECT date_trunc('hour', timestamp) AS hour, {runs} FROM runs GROUP BY ALL ORDER BY ALL").fetchall(),
    duckdb.execute('''SELECT version, count(DISTINCT install), count(DISTINCT "user"), count(DISTINCT session),
        max(timestamp) FROM runs GROUP BY ALL ORDER BY ALL''').fetchall(),
    duckdb.execute("SELECT install, arg_max(version, timestamp) FROM runs GROUP BY ALL").fetchall(),
    duckdb.execute("SELECT count(*), count(*) FILTER (outcome = 'failed') FROM runs WHERE probe").fetchall(),
]
print(sum(row[4] for row in rows), len(rows))
"""

SCANS = {"one question": SCAN_ONE, "all questions": SCAN_ALL}
"""What is asked → the script that finds it without us."""

JQ_RUNS = """
def runs: {
  count: length, error_rate: ((map(select(.outcome == "failed")) | length) / length),
  over: (map(select(.duration_s > .budget_s)) | length),
  quantiles: (map(.duration_s) | sort | [.[(length * 0.5 | floor)], .[(length * 0.95 | floor)], .[(length * 0.99 | floor)]])
};
def groups: group_by([.command, .mode, .format, .version])
  | map({key: (.[0] | [.command, .mode, .format, .version])} + runs);
"""
JQS = {
    "one question": JQ_RUNS + "groups",
    "all questions": JQ_RUNS
    + """
{
  groups: groups,
  timeline: group_by(.timestamp[:13]) | map({hour: .[0].timestamp[:13]} + runs),
  audience: group_by(.version) | map({
    version: .[0].version, last: (map(.timestamp) | max),
    installs: (map(.install) | unique | length), users: (map(.user) | unique | length), sessions: (map(.session) | unique | length)}),
  latest: group_by(.install) | map(max_by(.timestamp) | {install, version}),
  probes: map(select(.probe)) | [length, (map(select(.outcome == "failed")) | length)]
}
""",
}
"""What is asked → the program of jq that finds it in one reading."""

RESIDENT = """
import resource, sys, time
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.resident import Resident
folder, since_s, until_s, history_s = sys.argv[1], *map(float, sys.argv[2:5])
with Resident([folder], "rforge", history_s, clock=lambda: until_s) as resident:
    print("ready", flush=True)
    for _ in sys.stdin:
        begun_s, begun_cpu_s = time.perf_counter(), time.process_time()
        resident.refresh()
        reading = resident.reading(Window(since_s, until_s))
        groups = reading.groups(("command", "mode", "format", "version"))
        one = time.perf_counter() - begun_s, time.process_time() - begun_cpu_s
        answers = reading.timeline(3600), reading.audience(), reading.quality()
        whole = time.perf_counter() - begun_s, time.process_time() - begun_cpu_s
        print(*one, *whole, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
"""


COMPACT = """
import sys
from phasegate.telemetry.keeping.compaction import compact
done = compact([sys.argv[1]], now_s=float(sys.argv[2]), kept_s=1e9)
print(len(done.deleted), done.problems)
"""


class Cost(NamedTuple):
    """Of a process: seconds on the clock, seconds of all cores, peak memory in MiB, what it said."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    said: str


def cost(*command: str | float | Path) -> Cost:
    """Run a process and weigh it; one that fails would say nothing."""
    begun_s = time.perf_counter()
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return Cost(time.perf_counter() - begun_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said)


def compare(
    name: str, ours: Sequence[str | Path], other: str, theirs: Sequence[str | Path], rounds: int
) -> tuple[Cost, Cost]:
    """Weigh both in turn, after one turn that does not count; print what they cost, and the ratio theirs ÷ ours."""
    pairs = [(cost(*ours), cost(*theirs)) for _ in range(rounds + 1)][1:]
    ratio = median(b.wall_s / a.wall_s for a, b in pairs)
    work = median(b.cpu_s / a.cpu_s for a, b in pairs)
    middle = [sorted(side, key=lambda each: each.wall_s)[len(side) // 2] for side in zip(*pairs)]
    for label, each in zip((name, other), middle):
        print(
            f"\n  {label}: {each.wall_s:.3f} s, {each.cpu_s:.3f} s of cores, peak {each.peak_mib:.0f} MiB",
            end="",
        )
    print(
        f"\n  {other} ÷ {name}: {ratio:.2f} by the clock, {work:.2f} by the cores (median of {rounds} pairs); 1 ÷ {1 / ratio:.2f}"
    )
    return middle[0], middle[1]


def report(
    asked: str, folder: Path, since_s: float = 0.0, until_s: float = 4e9, reader: str = "duckdb"
) -> list[str | Path]:
    return [sys.executable, "-c", REPORT, asked, folder, reader, str(since_s), str(until_s)]


def scan(script: str, *paths: Path, since_s: float = 0.0) -> list[str | Path]:
    return [sys.executable, "-c", script, str(since_s), *paths]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A live log of EVENTS runs, alone."""
    return write(tmp_path_factory.mktemp("logs"), Mix(count=EVENTS))


@pytest.mark.timeout(900)
def test_a_report_against_a_bare_script(logs: Path) -> None:
    print(
        f"\na full report's reading over {EVENTS} events, {logs.stat().st_size >> 20} MiB; at most 1.3 times"
    )
    for asked, script in SCANS.items():
        costs = compare(
            f"phasegate, {asked}", report(asked, logs.parent), "bare DuckDB", scan(script, logs), ROUNDS
        )
        assert {cost.said.split()[0] for cost in costs} == {str(EVENTS)}


@pytest.mark.timeout(900)
def test_a_report_without_duckdb(logs: Path) -> None:
    print(f"\nthe same without DuckDB, over {EVENTS} events")
    ours, plain = (report("all questions", logs.parent, reader=reader) for reader in ("duckdb", "plain"))
    compare("DuckDB", ours, "plain", plain, 1)


@pytest.mark.timeout(1800)
@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_a_report_against_jq(logs: Path, tmp_path: Path) -> None:
    few = write(tmp_path, Mix(count=JQ_EVENTS))
    print(f"\nagainst jq -s over {JQ_EVENTS} events; at least 40 times at 1M")
    for asked, program in JQS.items():
        ours, theirs = report(asked, tmp_path), ["jq", "-s", program, few]
        costs = compare(f"phasegate, {asked}", ours, "jq", theirs, JQ_ROUNDS)
        answer = json.loads(costs[1].said)
        groups = answer if asked == "one question" else answer["groups"]
        assert sum(group["count"] for group in groups) == JQ_EVENTS
        assert len(groups) >= int(costs[0].said.split()[1])


class Past(NamedTuple):
    """A month of runs, none deleted: compacted but for the live log, and as it was before."""

    folder: Path
    raw: list[Path]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    folder, raw = tmp_path_factory.mktemp("past"), tmp_path_factory.mktemp("raw")
    since_s, whole_s = UNTIL_S - 30 * DAY_S, 30 * DAY_S / (ROTATED + 0.5)
    for number in range(ROTATED + 1):
        begin_s, end_s = since_s + number * whole_s, min(since_s + (number + 1) * whole_s, UNTIL_S)
        count = round(HISTORY * (end_s - begin_s) / (30 * DAY_S))
        mix = Mix(count=count, since_s=begin_s, until_s=end_s, seed=number)
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(mix.until_s)) + ".000000Z"
        name = "plugin-commands.log" if number == ROTATED else f"plugin-commands.{stamp}.log"
        path = write(folder, mix, name=name)
        os.utime(path, (mix.until_s, mix.until_s))
        shutil.copy2(path, raw / name)
    write_others(folder, Mix(count=HISTORY // 100, since_s=UNTIL_S - DAY_S, until_s=UNTIL_S))
    begun_s = time.perf_counter()
    packing = cost(
        sys.executable, "-c", COMPACT, folder, UNTIL_S
    )  # on its own: its memory would be counted as our children's
    assert packing.said == f"{ROTATED} []\n"
    before, after = (
        sum(path.stat().st_size for path in place.glob("plugin-commands.2*")) for place in (raw, folder)
    )
    print(f"\n  compaction: {before >> 20} MiB to {after >> 20} MiB in {time.perf_counter() - begun_s:.1f} s")
    return Past(folder, sorted(raw.iterdir()))


@pytest.mark.timeout(900)
def test_a_day_of_a_month(past: Past) -> None:
    print(
        f"\n24 h of {HISTORY} events of 30 days, by a process of its own; at least 5 times as fast as a rescan at 5M"
    )
    since_s = UNTIL_S - DAY_S
    for asked, script in SCANS.items():
        ours, rescan = report(asked, past.folder, since_s, UNTIL_S), scan(script, *past.raw, since_s=since_s)
        costs = compare(f"Parquet + tail, {asked}", ours, "rescan", rescan, ROUNDS)
        events, others = (int(cost.said.split()[0]) for cost in costs)
        assert events >= others > HISTORY // 40  # a report knows other events, too


@pytest.mark.timeout(900)
def test_a_day_of_a_month_where_phasegate_stays(past: Past) -> None:
    since_s = UNTIL_S - DAY_S
    command = [sys.executable, "-c", RESIDENT, past.folder, since_s, UNTIL_S, 31 * DAY_S]
    looks: dict[str, list[tuple[float, float]]] = {asked: [] for asked in SCANS}
    rescans: dict[str, list[tuple[float, float]]] = {asked: [] for asked in SCANS}
    with subprocess.Popen(
        list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for number in range(ROUNDS + 1):
            mix = Mix(count=ARRIVING, since_s=UNTIL_S - 60, until_s=UNTIL_S, seed=1000 + number)
            for folder in (past.folder, past.raw[-1].parent):
                append(folder / "plugin-commands.log", runs(mix))
            process.stdin.write("look\n")
            process.stdin.flush()
            *costs, peak = map(float, process.stdout.readline().split())
            for (asked, script), look in zip(SCANS.items(), zip(costs[::2], costs[1::2])):
                looks[asked].append(look)
                rescan = cost(*scan(script, *past.raw, since_s=since_s))
                rescans[asked].append((rescan.wall_s, rescan.cpu_s))
        process.stdin.close()
    print(
        f"\n24 h of {HISTORY} events, where phasegate stays and {ARRIVING} arrive between two looks; at least 20 times at 5M"
    )
    for asked in SCANS:
        for unit, ours, others in zip(("clock", "cores"), zip(*looks[asked][1:]), zip(*rescans[asked][1:])):
            ratio = median(other / our for our, other in zip(ours, others))
            print(
                f"  {asked}, by the {unit}: a look {median(ours):.3f} s, a rescan {median(others):.3f} s, ratio {ratio:.1f}"
            )
    print(f"  peak {int(peak) >> 10} MiB")
