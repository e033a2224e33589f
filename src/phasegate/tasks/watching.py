"""`invoke watch` and `invoke incident`: a release in use, judged, and what is done when it is bad."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.tasks.frame import (
    fail_after_result,
    open_desk,
    print_json,
    refuse_combination,
    seconds_of,
    verb,
    writing,
)
from phasegate.terminal import printable

if TYPE_CHECKING:
    from invoke.context import Context

    from phasegate.ledger.records import Rollout
    from phasegate.rollout.desk import Desk
    from phasegate.rollout.reading.watching import Watched
    from phasegate.rollout.reading.world import World
    from phasegate.rollout.watching.responding import Response
    from phasegate.telemetry.judge.decision import Decision

INTERVAL_S = 10


@verb(
    phase="The phase whose release is watched; by default the one the rollout is in.",
    once="Look once; without it, look again until there is a ruling, or the hold expires.",
    interval="Seconds from one look to the next.",
    replay="Say again what the judge made of the case in this file.",
)
def watch(
    context: Context,  # noqa: ARG001 - Invoke's form
    phase: str | None = None,
    once: bool = False,
    interval: int = INTERVAL_S,
    replay: str | None = None,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Judge a release by what installs report: promote, hold or roll back; the engine acts where a rule may act alone."""
    from phasegate.rollout.watching.responding import respond

    if replay is not None:
        _replay(replay, as_json=json)
        return
    desk = open_desk(sandbox)
    while True:
        try:
            world, watched = _look(desk, phase)
        except PhasegateError as error:
            if once or error.code is not ErrorCode.REMOTE_UNREACHABLE:
                raise
            desk.say(printable(f"{error.what} It is asked again."))
        else:
            if once or _is_over(watched.decision):
                break
            desk.say(printable(f"{watched.decision.ruling.value}: {watched.decision.reasons[0]}"))
        time.sleep(max(1, interval))
    response = respond(desk, world, watched)
    _show(watched, response, as_json=json)
    _end(watched.decision)


def _look(desk: Desk, phase: str | None) -> tuple[World, Watched]:
    from phasegate.rollout.reading.watching import look_at

    world = desk.observe()
    where = phase or _phase_of(desk, world.state.rollout)
    return world, look_at(desk.repository, world, desk.config, desk.environment, where, time.time())


def _is_over(decision: Decision) -> bool:
    """Whether looking again changes nothing: there is a ruling, or the hold has expired and a person decides."""
    from phasegate.telemetry.judge.decision import Ruling

    has_expired = decision.until_s is not None and time.time() >= decision.until_s
    return has_expired or decision.ruling in (Ruling.PROMOTE, Ruling.ROLL_BACK)


def _phase_of(desk: Desk, rollout: Rollout | None) -> str:
    if rollout is not None:
        return rollout.phase
    raise PhasegateError(
        ErrorCode.ROLLOUT_MISSING,
        f"No rollout is under way on {desk.config.remote!r}, so there is nothing to watch.",
        hint="Start one with `invoke deploy --phase internal`.",
    )


def _show(watched: Watched, response: Response, *, as_json: bool) -> None:
    decision = watched.decision
    if as_json:
        operation = response.operation.as_json() if response.operation else None
        print_json({
            "schema": 1, "phase": watched.phase, **decision.as_json(), "response": response.words, "operation": operation,
        })  # fmt: skip
        return
    lines = [f"{decision.ruling.value}: phase {watched.phase}"]
    lines += [f"  because {reason}" for reason in decision.reasons]
    lines += [f"  {finding.words()}" for finding in decision.findings]
    lines += [f"  note: {note}" for note in decision.notes]
    lines += [f"  evidence {decision.evidence}"]
    lines += [response.words] if response.words else []
    print("\n".join(map(printable, lines)))


def _end(decision: Decision) -> None:
    from phasegate.telemetry.judge.decision import Ruling

    if decision.ruling is Ruling.ROLL_BACK:
        fail_after_result(
            PhasegateError(
                ErrorCode.RELEASE_UNHEALTHY,
                "The judge says roll back.",
                details=decision.reasons,
                hint="Unless it was done already: `invoke rollback --quick --reason REASON`; then `invoke incident`.",
            )
        )
    if decision.ruling is Ruling.HOLD:
        fail_after_result(
            PhasegateError(
                ErrorCode.ROLLOUT_HELD,
                "The judge says hold.",
                details=decision.reasons,
                hint="Wait for more installs, or mend what keeps them from being read.",
            )
        )


def _replay(path: str, *, as_json: bool) -> None:
    from phasegate.telemetry.judge.watch import replay

    try:
        decision = replay(Path(path).read_bytes())
    except OSError as error:
        raise _no_case(path, error.strerror or str(error)) from None
    except ValueError as error:
        raise _no_case(path, str(error)) from None
    if as_json:
        print_json({"schema": 1, **decision.as_json()})
    else:
        lines = [decision.ruling.value, *decision.reasons, f"evidence {decision.evidence}"]
        print("\n".join(map(printable, lines)))


def _no_case(path: str, why: str) -> PhasegateError:
    return PhasegateError(
        ErrorCode.USAGE,
        f"{path} holds no case of the judge.",
        why=why,
        hint="Cases lie in the state folder: `.git/phasegate/cases/EVIDENCE.json`.",
    )


@verb(
    title="What went wrong, on one line.",
    since="How far back the timeline goes, such as 24h.",
    severity="critical, high, medium or low; by default that of what fires.",
    out="Write it to this file; by default into the state folder.",
)
def incident(
    context: Context,  # noqa: ARG001 - Invoke's form
    title: str = "",
    since: str = "24h",
    severity: str | None = None,
    out: str | None = None,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Open an incident report from the ledger and the logs: timeline, what monitoring saw, what to do."""
    from phasegate.rollout.incidents import RESPONSES, write_incident
    from phasegate.rollout.watching.incident import gather_incident
    from phasegate.telemetry.reading import Window

    if severity is not None and severity not in RESPONSES:
        raise refuse_combination(f"There is no severity {severity!r}.", f"Choose {', '.join(RESPONSES)}.")
    desk = open_desk(sandbox)
    now_s = time.time()
    found = gather_incident(desk, Window(now_s - seconds_of(since), now_s), title, severity)
    path = (
        Path(out)
        if out
        else desk.repository.state_folder
        / "incidents"
        / f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime(now_s))}.md"
    )
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:  # people may have completed one that is there
            file.write(desk.discreet(write_incident(found)))
    if json:
        print_json(
            {
                "schema": 1,
                "path": str(path),
                "title": found.title,
                "severity": found.severity,
                "seen": list(found.seen),
            }
        )
    else:
        print(f"written: {path}")
