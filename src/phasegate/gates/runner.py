"""Gates side by side: what is known is reused, the rest is judged, and somebody watches."""

from __future__ import annotations

import queue
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timezone
from typing import TYPE_CHECKING, Callable, Protocol

from phasegate.errors import PhasegateError
from phasegate.gates.artifact import artifact_exists, write_artifact
from phasegate.gates.definition import definition
from phasegate.gates.evidence import Evidence
from phasegate.gates.lock import locked
from phasegate.gates.process import Stopped
from phasegate.gates.session import RUNNING_PYTHON, Outcome, Place, judge
from phasegate.gates.worktree import temporary_worktree
from phasegate.redaction import Discretion
from phasegate.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from phasegate.config import Gate
    from phasegate.gates.store import EvidenceStore
    from phasegate.git.door import Git

_HEARTBEAT_S = 10.0


class Progress(Protocol):
    """Somebody who reads what happens, a line at a time."""

    def __call__(self, line: str, /) -> object:
        """Take `line`."""


@dataclass(frozen=True)
class _Subject:
    """What is judged, and with what."""

    git: Git
    commit: str
    tree: str
    content: str
    noxfile: bytes
    epoch: str
    env_dir: Path
    log_dir: Path
    clock: Callable[[], datetime]
    discreet: Discretion


def run_gates(
    git: Git,
    commit: str,
    tree: str,
    content: str,
    gates: Sequence[Gate],
    *,
    store: EvidenceStore,
    env_dir: Path,
    log_dir: Path,
    jobs: int,
    progress: Progress,
    clock: Callable[[], datetime],
    fresh: bool = False,
    heartbeat_s: float = _HEARTBEAT_S,
    discreet: Discretion | None = None,
) -> tuple[Evidence, ...]:
    """The evidence of `gates` for a commit, in their order; evidence at hand is not made again.

    Args:
        git: the door to the user's repository, which holds the commit's objects.
        commit: id of the commit whose tree is judged; no ref needs to name it.
        tree: id of that tree.
        content: digest of the tree without its stamped fields.
        gates: the gates to run.
        store: evidence from earlier runs.
        env_dir: folder of nox's environments, kept between runs.
        log_dir: folder for each gate's output.
        jobs: how many gates run at once; gates of one session wait for each other.
        progress: told when a gate starts, ends, or still runs; called from this thread only.
        clock: the time now, with its zone.
        fresh: judge everything, whatever the store holds.
        heartbeat_s: seconds of silence after which the running gates are named.
        discreet: takes secrets out of what the gates say; by default those alone that have the form of one.

    Raises:
        PhasegateError: `git-failed`, if the commit is not there.
    """
    subject = _Subject(
        git=git,
        commit=commit,
        tree=tree,
        content=content,
        noxfile=git.attempt("cat-file", "blob", f"{commit}:noxfile.py").output,
        epoch=git.run("log", "-1", "--format=%ct", "--end-of-options", commit),
        env_dir=env_dir,
        log_dir=log_dir,
        clock=clock,
        discreet=discreet or Discretion(),
    )
    known = {} if fresh else _known(subject, gates, store)
    for name, evidence in known.items():
        progress(f"gate {name}: {evidence.verdict.value}, judged {evidence.at}")
    missing = [gate for gate in gates if gate.name not in known]
    for evidence in _judge_all(subject, missing, jobs, progress, heartbeat_s):
        store.keep(evidence)
        known[evidence.gate] = evidence
    return tuple(known[gate.name] for gate in gates)


def _known(subject: _Subject, gates: Sequence[Gate], store: EvidenceStore) -> dict[str, Evidence]:
    known = {}
    for gate in gates:
        found = store.find(subject.content, definition(subject.noxfile, gate), RUNNING_PYTHON)
        if found and (found.artifact is None or artifact_exists(subject.git, found.artifact)):
            known[gate.name] = replace(found, gate=gate.name)
    return known


def _judge_all(
    subject: _Subject, gates: Sequence[Gate], jobs: int, progress: Progress, heartbeat_s: float
) -> list[Evidence]:
    if not gates:
        return []
    chains: dict[str, list[Gate]] = {}
    for gate in gates:
        chains.setdefault(gate.session, []).append(gate)
    board = _Board(progress, heartbeat_s)
    stop = threading.Event()
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="gate")
    try:
        for chain in chains.values():
            pool.submit(_judge_chain, subject, chain, board, stop)
        return board.watch(len(gates))
    finally:
        stop.set()  # on Ctrl-C: each thread ends its processes and removes its worktree
        pool.shutdown(wait=True, cancel_futures=True)


def _judge_chain(subject: _Subject, gates: Sequence[Gate], board: _Board, stop: threading.Event) -> None:
    try:
        for gate in gates:
            board.started(gate.name)
            board.ended(_judge_one(subject, gate, stop))
    except Stopped:
        return
    except BaseException as error:  # noqa: BLE001 - it belongs to the thread that watches
        board.broke(error)


def _judge_one(subject: _Subject, gate: Gate, stop: threading.Event) -> Evidence:
    at, begun = subject.clock(), time.monotonic()
    artifact = None
    try:
        outcome, artifact = _outcome(subject, gate, stop)
    except PhasegateError as error:
        outcome = Outcome(Verdict.ERROR, error.what, (error.why,) if error.why else ())
    return Evidence(
        gate=gate.name,
        verdict=outcome.verdict,
        reason=outcome.reason,
        content=subject.content,
        tree=subject.tree,
        definition=definition(subject.noxfile, gate),
        python=RUNNING_PYTHON,
        at=at.astimezone(timezone.utc).isoformat(timespec="seconds"),
        duration_s=round(time.monotonic() - begun, 3),
        artifact=artifact,
        details=outcome.details,
    )


def _outcome(subject: _Subject, gate: Gate, stop: threading.Event) -> tuple[Outcome, str | None]:
    log = _new_log(subject.log_dir, gate.name)
    environments = subject.env_dir / f"py{RUNNING_PYTHON}" / _file_name(gate.session)
    path = environments.with_name(f"{environments.name}.lock")
    with locked(path, stop) as lock, temporary_worktree(subject.git, subject.commit) as worktree:
        if (
            lock.was_abandoned
        ):  # nox would take half an environment for a whole one, and judge with another Python
            shutil.rmtree(environments, ignore_errors=True)
        outcome = judge(
            gate, Place(worktree, environments, log, subject.epoch, stop, lock.handle, subject.discreet)
        )
        if gate.artifact is None or not outcome.verdict.opens:
            return outcome, None
        artifact = write_artifact(subject.git, worktree, gate.artifact)
    if artifact is None:
        reason = f"the session left no files in {gate.artifact!r} (output: {log})"
        return Outcome(Verdict.ERROR, reason, outcome.details), None
    return outcome, artifact


def _new_log(folder: Path, gate: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{_file_name(gate)}.log"
    log.write_bytes(b"")
    return log


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name)


class _Board:
    """Where threads post what happens, and the one thread that watches reads it."""

    def __init__(self, progress: Progress, heartbeat_s: float) -> None:
        self._progress = progress
        self._heartbeat_s = heartbeat_s
        self._posts: queue.Queue[str | Evidence | BaseException] = queue.Queue()

    def started(self, gate: str) -> None:
        self._posts.put(gate)

    def ended(self, evidence: Evidence) -> None:
        self._posts.put(evidence)

    def broke(self, error: BaseException) -> None:
        self._posts.put(error)

    def watch(self, count: int) -> list[Evidence]:
        """Read until `count` gates have ended; name those that run when nothing was posted for a while."""
        running: dict[str, float] = {}
        found: list[Evidence] = []
        while len(found) < count:
            try:
                post = self._posts.get(timeout=self._heartbeat_s)
            except queue.Empty:
                self._progress(f"still running: {_with_seconds(running)}")
                continue
            if isinstance(post, BaseException):
                raise post
            if isinstance(post, Evidence):
                del running[post.gate]
                found.append(post)
                self._progress(
                    f"gate {post.gate}: {post.verdict.value} in {post.duration_s:.1f} s: {post.reason}"
                )
            else:
                running[post] = time.monotonic()
                self._progress(f"gate {post}: started")
        return found


def _with_seconds(running: dict[str, float]) -> str:
    now = time.monotonic()
    return ", ".join(f"{name} ({now - since:.0f} s)" for name, since in running.items())
