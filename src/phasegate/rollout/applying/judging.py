"""Evidence for what a plan publishes: taken from the ledger, from this machine, or made by running the gates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Callable

from phasegate.config import HEALTHY
from phasegate.errors import PhasegateError
from phasegate.ledger.records import Judgement
from phasegate.ledger.times import iso
from phasegate.verdict import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.gates.evidence import Evidence
    from phasegate.rollout.desk import Desk
    from phasegate.rollout.reading.world import World

Judge = Callable[["Desk", "Subject"], "tuple[Judgement, ...]"]
"""Judges a subject: `run_gates` in earnest; a rehearsal brings one of its own."""


@dataclass(frozen=True)
class Subject:
    """What is to be judged.

    Attributes:
        commit: the commit, which may be no more than an object yet.
        tree: its tree.
        content: its tree with stamped fields neutral.
        gates: the gates to judge it.
        known: the ledger's judgements, from whatever machine.
    """

    commit: str
    tree: str
    content: str
    gates: tuple[str, ...]
    known: tuple[Judgement, ...] = ()


def run_gates(desk: Desk, subject: Subject, *, fresh: bool = False) -> tuple[Judgement, ...]:
    """The verdicts of the subject's gates; a gate that passed this content before is not run again."""
    from phasegate.gates import runner
    from phasegate.gates.store import EvidenceStore

    state_folder = desk.repository.state_folder
    store = EvidenceStore(state_folder / "evidence")
    for judgement in subject.known:
        if judgement.gate in subject.gates:
            store.keep(_evidence(judgement))
    found = runner.run_gates(
        desk.repository.git,
        subject.commit,
        subject.tree,
        subject.content,
        [desk.config.gate(name) for name in subject.gates],
        store=store,
        env_dir=desk.environments,
        log_dir=state_folder / "logs",
        jobs=desk.config.jobs,
        progress=desk.say,
        clock=lambda: datetime.now(timezone.utc),
        fresh=fresh,
        discreet=desk.discreet,
    )
    for evidence in found:
        for line in () if evidence.verdict.opens else evidence.details:
            desk.say(f"  {evidence.gate} | {line}")
    return tuple(Judgement(**evidence.as_json()) for evidence in found)


def assume_passed(desk: Desk, subject: Subject) -> tuple[Judgement, ...]:
    """A pass for every gate, said to be assumed: for rehearsals, which prove the engine and not the tree."""
    return tuple(
        Judgement(
            gate=name,
            verdict=Verdict.PASS.value,
            reason="assumed by the rehearsal",
            content=subject.content,
            tree=subject.tree,
            definition="rehearsal",
            python="-",
            at=iso(0),
            duration_s=0.0,
            artifact=subject.tree if desk.config.gate(name).artifact else None,
        )
        for name in subject.gates
    )


def judged_in_use(world: World, subject: Subject, at: str, override: str | None) -> tuple[Judgement, ...]:
    """What the judge said of the release in use, as evidence that the ledger keeps: its definition is the case's hash."""
    return tuple(
        Judgement(
            gate=f"{HEALTHY}:{phase}",
            verdict=(Verdict.PASS if watched.decision.promotes else Verdict.INCONCLUSIVE).value,
            reason=f"{watched.decision.ruling.value}: {'; '.join(watched.decision.reasons)}",
            content=subject.content,
            tree=subject.tree,
            definition=watched.decision.evidence,
            python="-",
            at=at,
            duration_s=0.0,
            overridden=None if watched.decision.promotes else override,
        )
        for phase, watched in world.watched.items()
    )


def let_through(judgements: Iterable[Judgement], override: str | None) -> tuple[Judgement, ...]:
    """The judgements as they are recorded, where all pass or `override` covers what could not judge.

    Raises:
        PhasegateError: `gate-failed` whatever the override; `gate-error` or `gate-inconclusive` without one.
    """
    judgements = tuple(judgements)
    closed = [j for j in judgements if not Verdict(j.verdict).opens]
    if not closed:
        return judgements
    verdict = worst(Verdict(j.verdict) for j in closed)
    if verdict is Verdict.FAIL or override is None:
        raise PhasegateError(
            verdict.code,
            f"{len(closed)} of {len(judgements)} gates did not pass; nothing was published.",
            details=tuple(f"{j.gate}: {j.verdict}: {j.reason}" for j in closed),
            hint="Mend the source and start again with a new candidate."
            if verdict is Verdict.FAIL
            else "Mend the gate, or pass it with --override REASON; the override is recorded.",
        )
    return tuple(j if Verdict(j.verdict).opens else replace(j, overridden=override) for j in judgements)


def _evidence(judgement: Judgement) -> Evidence:
    from phasegate.gates.evidence import Evidence

    return Evidence.from_json({k: v for k, v in judgement.as_json().items() if k != "overridden"})
