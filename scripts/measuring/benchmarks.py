"""What is timed: every command and mode of rforge, starts of processes, and the hot paths of phasegate.

A benchmark is made ready for a folder of R packages and is then a function without arguments, which does its work once.
Whatever it times is imported when it is made ready, so that one list serves two trees: what a tree does not have yet
fails there, and is not compared.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from measuring.ecosystem import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from measuring.tables import Case

Work = Callable[[], object]
ROOT = Path(__file__).resolve().parents[2]
COMMITS, OPERATIONS, LOG_LINES = 300, 200, 200


class NotHereError(Exception):
    """The tree cannot do what the benchmark asks for."""


@dataclass(frozen=True)
class Benchmark:
    """Something to time: its name in results, how it is made ready, and whether it starts processes of its own."""

    name: str
    prepare: Callable[[Path], Work]
    in_children: bool = False


def all_benchmarks() -> tuple[Benchmark, ...]:
    """Every benchmark that the importable rforge and phasegate know."""
    from measuring.tables import cases

    commands = tuple(Benchmark(f"rforge {case.name}", partial(_command, case)) for case in cases())
    return (
        *commands,
        Benchmark("start rforge", _start_rforge, in_children=True),
        Benchmark("start server", _start_server, in_children=True),
        Benchmark("start invoke", _start_invoke, in_children=True),
        Benchmark(f"phasegate read {COMMITS} commits", _read_commits),
        Benchmark(f"phasegate fold {OPERATIONS} operations", _fold_operations),
        Benchmark("phasegate check plugin", _check_plugin),
        Benchmark(f"phasegate redact {LOG_LINES} lines", _redact_lines),
    )


def _command(case: Case, folder: Path) -> Work:
    from rforge.__main__ import main

    options = ["--path", str(folder), "--mode", case.mode, "--format", "json"]
    arguments = [case.command, case.context(PACKAGE), *options]

    def work() -> None:
        said, complained = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
            status = main(arguments)
        if status != 0:
            raise NotHereError(f"{case.name} ended with {status}: {complained.getvalue()[:200]}")

    return work


def _start_rforge(folder: Path) -> Work:
    return partial(_run, [sys.executable, "-m", "rforge", "status", "--path", str(folder)])


def _start_server(_: Path) -> Work:
    script = _root_of("rforge") / "server.py"
    hello = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}\n'
    return partial(_run, [sys.executable, str(script)], hello)


def _start_invoke(folder: Path) -> Work:
    tasks = folder / "tasks.py"
    tasks.write_text("from phasegate.tasks.collection import namespace\n", encoding="utf-8")
    return partial(_run, [sys.executable, "-m", "invoke", "--search-root", str(folder), "--list"])


def _read_commits(_: Path) -> Work:
    from phasegate.version.commits import changes_in
    from phasegate.version.history import Commit
    from phasegate.version.next import next_version
    from phasegate.version.semver import Version

    kinds = ("feat(core): add part", "fix: mend part", "docs: tell part\n\nAt length.", "Merge of something")
    commits = [Commit(f"{n:040x}", 1, f"{kinds[n % len(kinds)]} {n}\n") for n in range(COMMITS)]
    return lambda: next_version(Version(1, 2, 3), changes_in(commits))


def _fold_operations(_: Path) -> Work:
    from phasegate.ledger.operation import Operation
    from phasegate.ledger.state import State

    operations = [
        Operation(n, "deploy", f"Deploy {n}", "2026-01-01T00:00:00Z", "Ann <ann@example.org>", "", "p" * 64)
        for n in range(1, OPERATIONS + 1)
    ]

    def work() -> State:
        state = State()
        for operation in operations:
            state = State.from_json(state.apply(operation).as_json())
        return state

    return work


def _check_plugin(_: Path) -> Work:
    from phasegate.config import Config
    from phasegate.plugin.check import check_plugin
    from phasegate.plugin.tree import FolderFiles

    plugin = FolderFiles(_root_of("rforge"))
    return lambda: check_plugin(plugin, Config())


def _redact_lines(_: Path) -> Work:
    from phasegate.redaction import Discretion

    discretion = Discretion(["a-secret-of-twenty-ch"])
    lines = [
        f"step {n}: pushed to https://user:word@git.example/team.git in {n / 7:.3f} s\n"
        for n in range(LOG_LINES)
    ]
    return lambda: list(discretion.lines(lines))


def _root_of(package: str) -> Path:
    """The folder that holds the package's folder, in the tree that is being timed."""
    module = __import__(package)
    return Path(str(module.__file__)).resolve().parents[1]


def _run(command: Sequence[str], stdin: str = "") -> None:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": str(_root_of("rforge"))}
    ended = subprocess.run(
        list(command), input=stdin, capture_output=True, text=True, env=environment, check=False
    )
    if ended.returncode != 0:
        raise NotHereError(f"{command[1:4]} ended with {ended.returncode}: {ended.stderr[-200:]}")
