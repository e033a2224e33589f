"""`invoke gates` and `checklist`: the verbs that judge what would be published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.tasks.frame import fail_after_result, open_desk, print_json, verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoke.context import Context

    from phasegate.ledger.records import Judgement


@verb(
    only="Run this gate alone.",
    phase="The gates of this phase; those of all phases by default.",
    fresh="Judge again what was judged before.",
)
def gates(
    context: Context,  # noqa: ARG001 - Invoke's form
    only: str | None = None,
    phase: str | None = None,
    fresh: bool = False,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Run the gates on the tree that would be published, side by side, and keep the evidence."""
    from phasegate.rollout.applying.judging import run_gates
    from phasegate.rollout.applying.preparing import prepare_subject
    from phasegate.tasks.render import judgement_lines

    desk = open_desk(sandbox)
    subject = prepare_subject(desk, only=only, phase=phase)
    judgements = run_gates(desk, subject, fresh=fresh)
    if json:
        print_json({"schema": 1, "tree": subject.tree, "judgements": [j.as_json() for j in judgements]})
    else:
        print("\n".join(judgement_lines(judgements)))
    _fail_unless_passed(judgements)


@verb(fresh="Judge again what was judged before.")
def checklist(
    context: Context,  # noqa: ARG001 - Invoke's form
    fresh: bool = False,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """The pre-deployment checklist: the gates of phase internal in five groups, each with its evidence."""
    from phasegate.rollout.applying.judging import run_gates
    from phasegate.rollout.applying.preparing import prepare_subject
    from phasegate.rollout.planning import checklist as listing
    from phasegate.tasks.render import checklist_lines
    from phasegate.verdict import worst

    desk = open_desk(sandbox)
    subject = prepare_subject(desk, phase=listing.PHASE)
    judgements = run_gates(desk, subject, fresh=fresh)
    parts = listing.checklist(desk.config, judgements)
    verdict = worst(part.verdict for part in parts)
    if json:
        groups = [part.as_json() for part in parts]
        print_json({"schema": 1, "tree": subject.tree, "verdict": verdict.value, "groups": groups})
    else:
        print("\n".join([*checklist_lines(parts), f"{verdict.value}: {len(judgements)} items"]))
    _fail_unless_passed(judgements)
    if not verdict.opens:
        empty = ", ".join(part.group.value for part in parts if not part.judgements)
        fail_after_result(
            PhasegateError(
                ErrorCode.GATE_INCONCLUSIVE,
                f"No gate of phase {listing.PHASE} examines: {empty}.",
                hint="Add a gate to the phase, and its `group` to the gate's table.",
            )
        )


def _fail_unless_passed(judgements: Sequence[Judgement]) -> None:
    """Nothing is published here, so that no override counts either."""
    from phasegate.rollout.applying.judging import let_through

    try:
        let_through(judgements, None)
    except PhasegateError as error:
        fail_after_result(error)
