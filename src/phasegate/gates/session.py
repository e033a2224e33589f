"""One gate: its nox session, run in a worktree, and what that means."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasegate.gates.environment import gate_environment
from phasegate.gates.process import run_logged
from phasegate.gates.verdict_lines import join, read_verdict_lines
from phasegate.strict_json import read_json
from phasegate.verdict import Verdict

if TYPE_CHECKING:
    import threading

    from phasegate.config import Gate
    from phasegate.gates.verdict_lines import VerdictLine
    from phasegate.redaction import Discretion

RUNNING_PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
_TAIL_LINES = 20
_FAILED_COMMAND = re.compile(r"^nox > Command (.+) failed with exit code \d+", re.MULTILINE)
_MISSING_PYTHON = re.compile(r"^nox > Session \S+ failed: Python interpreter \S+ not found", re.MULTILINE)
_INSTALL_COMMAND = re.compile(
    r"(?:\S*uv|\S*python\S* -m) (?:pip install|venv|virtualenv|sync)\b|\S*virtualenv\b"
)


@dataclass(frozen=True)
class Outcome:
    """What a gate found; `details` are the last lines of its output."""

    verdict: Verdict
    reason: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a gate runs.

    Attributes:
        worktree: the checkout that is judged.
        environments: the folder of nox's environments, reused from run to run.
        log: the file that the output goes to.
        epoch: the commit's time, in seconds since 1970.
        stop: set to call the work off.
        lock: the file of the lock on the environments, for nox to hold too.
        discreet: takes secrets out of what the gate says.
    """

    worktree: Path
    environments: Path
    log: Path
    epoch: str
    stop: threading.Event
    lock: int
    discreet: Discretion


class _GateBrokeError(Exception):
    """The gate broke before it could judge."""


def judge(gate: Gate, place: Place) -> Outcome:
    """Run `gate` and say what it found; a gate that broke before it judged is an ERROR, never a PASS.

    Raises:
        Stopped: the work was called off.
    """
    with tempfile.TemporaryDirectory(prefix="phasegate-nox-") as control:
        try:
            outcome = _Run(gate, place, Path(control)).judge()
        except _GateBrokeError as broken:
            outcome = Outcome(Verdict.ERROR, f"{broken} (output: {place.log})", _tail(place.log))
        return replace(outcome, reason=place.discreet(outcome.reason))


class _Run:
    """nox on one gate: choose the sessions, run them, read what they say."""

    def __init__(self, gate: Gate, place: Place, control: Path) -> None:
        self.gate = gate
        self.place = place
        self.control = control
        self.verdicts = control / "verdicts.jsonl"
        self.environment = gate_environment(os.environ, epoch=place.epoch, verdicts=self.verdicts)

    def judge(self) -> Outcome:
        if not (self.place.worktree / "noxfile.py").is_file():
            raise _GateBrokeError("the tree has no noxfile.py")
        sessions = self._choose_sessions()
        status = self._nox(sessions)
        if status != 0 and _broke_while_installing(self.place.log):
            raise _GateBrokeError(f"the environment of nox session {self.gate.session!r} could not be made")
        lines = read_verdict_lines(self.verdicts)
        return self._outcome(join(status, lines), status, lines)

    def _choose_sessions(self) -> list[str]:
        """The sessions of the gate's name: for the running Python if any is, else all of them."""
        output = self.control / "sessions.json"
        status = self._run(["--list", "--json", "--sessions", self.gate.session], output)
        said = output.read_text(encoding="utf-8", errors="replace") if status == 0 else ""
        listed = listed_sessions(said)
        if not listed:
            raise _GateBrokeError(f"the noxfile has no session {self.gate.session!r}, or cannot be read")
        fitting = [entry for entry in listed if (entry.get("python") or RUNNING_PYTHON) == RUNNING_PYTHON]
        return [str(entry["session"]) for entry in fitting or listed]

    def _nox(self, sessions: list[str]) -> int:
        """The exit status of nox; a session that nox skipped or forgot was not judged."""
        report = self.control / "report.json"
        reuse = ["--reuse-venv=yes", "--non-interactive", f"--report={report}"]
        posargs = ["--", *self.gate.args] if self.gate.args else []
        status = self._run([*reuse, "--sessions", *sessions, *posargs], None)
        results = _results(report)
        skipped = [result for result in results if result.get("result") == "skipped"]
        if skipped:
            raise _GateBrokeError(
                f"nox skipped {_name(skipped[0])}: {skipped[0].get('reason') or 'no reason given'}"
            )
        if len(results) < len(sessions):
            raise _GateBrokeError(
                f"nox ended with status {status} and left no report of {', '.join(sessions)}"
            )
        return status

    def _run(self, arguments: list[str], output: Path | None) -> int:
        command = nox_command(self.place.worktree / "noxfile.py")
        return run_logged(
            [*command, "--envdir", str(self.place.environments), *arguments],
            folder=self.control,
            environment=self.environment,
            log=self.place.log,
            stop=self.place.stop,
            discreet=self.place.discreet,
            output=output,
            lock=self.place.lock,
        )

    def _outcome(self, verdict: Verdict, status: int, lines: tuple[VerdictLine, ...]) -> Outcome:
        said = "; ".join(f"{line.check}: {line.reason}" for line in lines if line.verdict is verdict)
        if verdict is Verdict.PASS:
            return Outcome(verdict, said or f"nox session {self.gate.session!r} ended well")
        what = said or f"nox session {self.gate.session!r} ended with status {status}"
        return Outcome(verdict, f"{what} (output: {self.place.log})", _tail(self.place.log))


def _broke_while_installing(log: Path) -> bool:
    """Whether nox says that it was the environment that failed; in doubt it was not."""
    said = log.read_text(encoding="utf-8", errors="replace")
    failures = _FAILED_COMMAND.findall(said)
    installing = bool(failures) and _INSTALL_COMMAND.match(failures[-1]) is not None
    return installing or _MISSING_PYTHON.search(said) is not None


def nox_command(noxfile: Path) -> list[str]:
    """Nox with `noxfile`; to be started elsewhere, because `-m` would let the files beside it stand in for nox's modules."""
    return [sys.executable, "-m", "nox", "--noxfile", str(noxfile)]


def listed_sessions(said: str) -> list[dict[str, Any]]:
    """What nox answers to `--list --json`; empty where it is no answer."""
    try:
        listed = read_json(said.splitlines()[-1])  # a noxfile may print something as it is loaded
        return [entry for entry in listed if isinstance(entry, dict) and "session" in entry]
    except (ValueError, IndexError, TypeError):
        return []


def _results(report: Path) -> list[dict[str, Any]]:
    try:
        results = read_json(report.read_text(encoding="utf-8"))["sessions"]
        return [result for result in results if isinstance(result, dict)]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _name(result: dict[str, Any]) -> str:
    return str((result.get("signatures") or [result.get("name")])[0])


def _tail(log: Path) -> tuple[str, ...]:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    return tuple(lines[-_TAIL_LINES:])
