"""What is done about the judge's ruling: the engine acts, and only where a rule may act alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.applying.cases import keep_case
from phasegate.rollout.applying.engine import carry_out
from phasegate.rollout.planning.rollback import plan_rollback
from phasegate.rollout.planning.targets import RollbackRequest
from phasegate.telemetry.judge.decision import Ruling

if TYPE_CHECKING:
    from phasegate.ledger.operation import Operation
    from phasegate.rollout.desk import Desk
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.reading.watching import Watched
    from phasegate.rollout.reading.world import World

KINDS = ("quick", "flag")
"""The rollbacks that may happen unattended, the first that has something to go back to."""


@dataclass(frozen=True)
class Response:
    """What was done: the operation, or None; and what it was, or would have been, or waits for, in words."""

    operation: Operation | None
    words: str


def respond(desk: Desk, world: World, watched: Watched) -> Response:
    """Roll back where the ruling says so and a rule that fired may act alone; else say what would be, or is to be, done.

    Raises:
        PhasegateError: what `plan_rollback` and `carry_out` raise.
    """
    decision = watched.decision
    if decision.ruling in (Ruling.PROMOTE, Ruling.ROLL_BACK):
        keep_case(desk, watched)
    if decision.ruling is not Ruling.ROLL_BACK:
        return Response(None, "")
    why = f"the judge, in phase {watched.phase}: {'; '.join(decision.reasons)} (evidence {decision.evidence})"
    try:
        plan = _plan(desk, world, why)
    except PhasegateError as error:
        if error.code is not ErrorCode.NOTHING_TO_ROLL_BACK:
            raise
        return Response(None, f"There is nothing to go back to, so a person has to decide: {error.why}.")
    if plan.changes_nothing:
        return Response(None, f"It is rolled back already: {plan.title}.")
    if not decision.acting:
        shadow = ", ".join(decision.shadow)
        told = f"In shadow mode ({shadow}) this would have been done" if shadow else "A person has to do this"
        return Response(None, f"{told}: {plan.title}.")
    done = carry_out(desk, world, plan)
    return Response(done.operation, f"Done, as {', '.join(decision.acting)} may act alone: {plan.title}.")


def _plan(desk: Desk, world: World, why: str) -> Plan:
    occasion = desk.occasion(why)
    for kind in KINDS[:-1]:
        try:
            return plan_rollback(desk.repository.git, world, desk.config, RollbackRequest(kind), occasion)
        except PhasegateError as error:
            if error.code is not ErrorCode.NOTHING_TO_ROLL_BACK:
                raise
    return plan_rollback(desk.repository.git, world, desk.config, RollbackRequest(KINDS[-1]), occasion)
