"""From a plan to its result: shown, confirmed, carried out, reported."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.applying.engine import carry_out, preview, refuse_holds
from phasegate.tasks.frame import print_json, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoke.context import Context

    from phasegate.rollout.desk import Desk
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.reading.world import World

_SHORT = 12
_SHORTEST_HASH = 8


@dataclass(frozen=True)
class Manner:
    """How the operator wants it done."""

    yes: bool = False
    plan: bool = False
    json: bool = False
    quiet: bool = False
    expect: str | None = None
    override: str | None = None

    @classmethod
    def of(cls, context: Context, **options: Any) -> Manner:
        """The manner that the options ask for; `invoke --dry` is `--plan`."""
        return cls(**{**options, "plan": bool(options["plan"] or context.config.run.dry)})


def operate(desk: Desk, world: World, plan: Plan, manner: Manner) -> None:
    """Show the plan, or carry it out once it is confirmed.

    Raises:
        PhasegateError: `plan-changed`, `confirmation-required`, `declined`, and what `carry_out` raises.
    """
    if manner.expect is not None and (
        len(manner.expect) < _SHORTEST_HASH or not plan.hash.startswith(manner.expect)
    ):
        raise PhasegateError(
            ErrorCode.PLAN_CHANGED,
            f"The plan is {plan.hash[:_SHORT]}, not {manner.expect[:_SHORT]}; nothing was done.",
            why="The remote, the source or the configuration changed since it was printed.",
            hint="Look at it again with --plan.",
        )
    if manner.plan:
        _show(desk, plan, as_json=manner.json)
        return
    if not plan.changes_nothing:
        refuse_holds(plan, manner.override)
        confirm(plan.title, () if manner.yes else describe_plan(plan, preview(desk, plan)), yes=manner.yes)
    done = carry_out(desk, world, plan, override=manner.override)
    if manner.json:
        print_json({
            "schema": 1,
            "changed": done.operation is not None,
            "title": plan.title,
            "operation": done.operation.as_json() if done.operation else None,
            "ledger": {"length": done.state.length},
        })  # fmt: skip
        return
    told = plan.title if done.operation is None else f"Done: {plan.title} (operation {plan.number})"
    if manner.quiet:
        say(told)
    else:
        print(told)


def _show(desk: Desk, plan: Plan, *, as_json: bool) -> None:
    objects = preview(desk, plan)
    if as_json:
        print_json({"schema": 1, "hash": plan.hash, "plan": plan.as_json(), "objects": objects})
        return
    print("\n".join(describe_plan(plan, objects)))


def describe_plan(plan: Plan, objects: dict[str, str]) -> list[str]:
    """The plan for people, a line each; `objects` are the ids of what it builds, as far as known."""
    lines = [plan.title, f"  plan {plan.hash}"]
    for move in plan.moves:
        new = objects.get(move.new or "", move.new or "deleted")
        lines.append(f"  {move.ref}: {(move.old or 'absent')[:_SHORT]} → {new[:_SHORT]}")
    lines += [f"  withdraws {version}: {reason}" for version, reason in plan.withdrawn.items()]
    lines += [f"  gate {gate}" for gate in plan.gates]
    lines += [f"  effect {effect.name}" for effect in plan.effects]
    lines += [f"  hold {hold}" for hold in plan.holds]
    return lines


def confirm(what: str, lines: Sequence[str], *, yes: bool) -> None:
    """Ask whether to do `what`, after showing `lines`.

    Raises:
        PhasegateError: `confirmation-required` without a terminal, `declined`.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise PhasegateError(
            ErrorCode.CONFIRMATION_REQUIRED,
            f"{what}: this would change the world, and nobody confirmed it.",
            why="There is no terminal to ask on.",
            hint="Look at it with --plan; then repeat the command with --yes.",
        )
    for line in lines:
        say(line)
    say("Do this? [y/N] ")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise PhasegateError(
            ErrorCode.DECLINED,
            "Not confirmed; nothing was done.",
            hint="Repeat the command when you are ready.",
        )
