"""`invoke status`, `history`, `next-version`, `verify`, `rehearse`: the verbs that only look."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.tasks.frame import fail_after_result, open_desk, print_json, verb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invoke.context import Context

    from phasegate.rollout.proving.client import Client
    from phasegate.rollout.proving.verify import Check
    from phasegate.verdict import Verdict

CLIENT_HELP = "Prove delivery with this program, a real Claude Code client, in throw-away homes."


@verb()
def status(context: Context, json: bool = False, sandbox: str | None = None) -> None:  # noqa: ARG001 - Invoke's form
    """What every channel carries, where the rollout is, and what it waits for."""
    from phasegate.rollout.planning.status import describe_status
    from phasegate.tasks.render import status_lines

    desk = open_desk(sandbox)
    described = describe_status(desk.judged(desk.observe()), desk.config, desk.clock())
    if json:
        print_json(described)
    else:
        print("\n".join(status_lines(described)))


@verb(limit="How many operations; 20 by default, 0 for all.")
def history(context: Context, limit: int = 20, json: bool = False, sandbox: str | None = None) -> None:  # noqa: ARG001
    """The ledger's operations, newest first."""
    from phasegate.ledger.chain import read_operations
    from phasegate.tasks.render import history_lines

    desk = open_desk(sandbox)
    world = desk.observe()
    operations = read_operations(desk.repository.git, world.ledger_head, limit or None)
    if json:
        print_json({"schema": 1, "operations": [operation.as_json() for operation in operations]})
    else:
        print("\n".join(history_lines(operations)))


@verb(from_="The ref to look at; the source branch's tip by default.")
def next_version(
    context: Context,  # noqa: ARG001 - Invoke's form
    from_: str | None = None,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """The version that the commits since the last release ask for; nothing, and a status, when none is due."""
    from phasegate.git.objects import resolve_commit
    from phasegate.rollout.reading.duty import due_version
    from phasegate.rollout.reading.world import source_tip

    desk = open_desk(sandbox)
    world = desk.observe()
    git = desk.repository.git
    due = due_version(
        git, world, desk.config, resolve_commit(git, from_) if from_ else source_tip(world, desk.config)
    )
    if json:
        print_json({"schema": 1, "version": str(due) if due else None})
    elif due is not None:
        print(due)
    if due is None:
        fail_after_result(
            PhasegateError(
                ErrorCode.NO_RELEASE_DUE,
                "No commit since the last release asks for a new one.",
                hint="A release is due after a `feat:`, a `fix:`, a `perf:` or a breaking change.",
            )
        )


@verb(client=CLIENT_HELP)
def verify(
    context: Context,  # noqa: ARG001 - Invoke's form
    client: str | None = None,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Compare what is published, and with a client what a new user receives, with what the ledger says."""
    from phasegate.rollout.proving import verify as verification
    from phasegate.tasks.render import check_lines

    desk = open_desk(sandbox)
    receiver = _find_client(client)
    world = desk.observe()
    checks = published = verification.verify(desk.repository, world, desk.config)
    if receiver is not None:
        from phasegate.rollout.proving.delivery import check_delivery

        desk.say(f"a new user of Claude Code {receiver.version} installs from each channel")
        checks += check_delivery(desk, world, receiver)
    verdict = verification.overall(checks)
    if json:
        rows = [{"subject": c.subject, "verdict": c.verdict.value, "reason": c.reason} for c in checks]
        print_json({"schema": 1, "verdict": verdict.value, "checks": rows})
    else:
        print("\n".join([*check_lines(checks), f"{verdict.value}: {len(checks)} checks"]))
    _let_verified_through(checks, verdict, verification.overall(published))


def _let_verified_through(checks: tuple[Check, ...], verdict: Verdict, published: Verdict) -> None:
    from phasegate.verdict import Verdict

    doubts = tuple(f"{c.subject}: {c.reason}" for c in checks if c.verdict is not Verdict.PASS)
    if not checks:
        fail_after_result(
            PhasegateError(
                ErrorCode.GATE_INCONCLUSIVE,
                "Nothing is published yet, so nothing was examined.",
                hint="Deploy something first: `invoke deploy --phase internal`.",
            )
        )
    if verdict is Verdict.INCONCLUSIVE:
        fail_after_result(
            PhasegateError(
                ErrorCode.GATE_INCONCLUSIVE,
                "Not everything that is published could be examined.",
                details=doubts,
            )
        )
    if published is Verdict.PASS and verdict is not Verdict.PASS:
        fail_after_result(
            PhasegateError(
                ErrorCode.VERIFICATION_FAILED,
                "What is published is what the ledger says, but a new user did not get it.",
                details=doubts,
                hint="Repeat it, and try another version of the client: it may be the client that is broken.",
            )
        )
    if verdict is not Verdict.PASS:
        fail_after_result(
            PhasegateError(
                ErrorCode.VERIFICATION_FAILED,
                "What is published is not what the ledger says.",
                details=doubts,
                hint="Find out who pushed there; `invoke rollback --quick` goes forward from whatever is there.",
            )
        )


@verb(keep="Keep the scratch repositories in this folder.", client=CLIENT_HELP)
def rehearse(
    context: Context,  # noqa: ARG001 - Invoke's form
    keep: str | None = None,
    client: str | None = None,
    json: bool = False,
) -> None:
    """Go through whole rollouts and every rollback on a scratch remote. Gates count as passed: it proves the engine."""
    from phasegate.rollout.proving.rehearsal import rehearse as run_rehearsal
    from phasegate.tasks.render import step_line, step_table
    from phasegate.verdict import Verdict

    desk = open_desk()
    receiver = _find_client(client)
    desk.say("rehearsing the engine on a scratch remote; gates count as passed")
    if receiver is not None:
        desk.say(f"two users of Claude Code {receiver.version} follow; their updates take seconds a step")
    steps = []
    with _scratch(keep) as folder:
        for step in run_rehearsal(desk, folder, receiver):
            steps.append(step)
            desk.say(step_line(step))
    if json:
        rows = [{**vars(step), "verdict": step.verdict.value} for step in steps]
        print_json({"schema": 1, "steps": rows})
    else:
        print("\n".join(step_table(steps)))
    good = (Verdict.PASS, Verdict.SKIP)  # a step with nothing to do breaks nothing
    broken = tuple(f"{s.name}: {s.reason}" for s in steps if s.verdict not in good)
    if broken or not steps:
        fail_after_result(
            PhasegateError(
                ErrorCode.REHEARSAL_FAILED,
                "The rehearsal found a broken invariant.",
                details=broken,
                hint="Nothing was published. Look at it with --keep DIR; report it where the engine is at fault.",
            )
        )


def _find_client(program: str | None) -> Client | None:
    if program is None:
        return None
    from phasegate.rollout.proving.client import find_client

    return find_client(program)


@contextmanager
def _scratch(keep: str | None) -> Iterator[Path]:
    if keep:
        yield Path(keep).resolve()
        return
    folder = tempfile.mkdtemp(prefix="phasegate-rehearsal-")
    try:
        yield Path(folder, "sandbox")
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # git's objects are read-only, which Windows minds
