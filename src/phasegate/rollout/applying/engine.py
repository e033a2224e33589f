"""An operation from plan to done: holds, gates, objects, the push, the effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.objects import Stamp
from phasegate.rollout.applying.build import ARTIFACT, Builder, check_contents
from phasegate.rollout.applying.cases import keep_case
from phasegate.rollout.applying.effecting import perform_effects
from phasegate.rollout.applying.judging import Judge, Subject, judged_in_use, let_through, run_gates
from phasegate.rollout.applying.publish import publish
from phasegate.rollout.applying.record import record_operation
from phasegate.rollout.planning.criteria import healthy
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from phasegate.ledger.operation import Operation
    from phasegate.ledger.records import Judgement
    from phasegate.ledger.state import State
    from phasegate.rollout.desk import Desk
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.reading.world import World


@dataclass(frozen=True)
class Done:
    """What an operation came to: the state after it, and its ledger entry; None where nothing changed."""

    plan: Plan
    state: State
    operation: Operation | None = None


def carry_out(
    desk: Desk, world: World, plan: Plan, *, override: str | None = None, judge: Judge = run_gates
) -> Done:
    """Make `plan` real, or leave everything as it is; `override` is the reason to pass holds, recorded without secrets.

    Raises:
        PhasegateError: `rollout-held`, `gate-failed`, `gate-inconclusive`, `gate-error`, what `publish` raises, and
            after the refs moved `effects-open`.
    """
    if plan.changes_nothing:
        return Done(plan, perform_effects(desk, world))
    override = override and desk.discreet(override)
    refuse_holds(plan, override)
    _refuse_falling(world, plan)
    builder = Builder(desk.repository, plan)
    subject = _subject(world, plan, builder)
    judgements = let_through(judge(desk, subject), override) if subject else ()
    _give_artifact(plan, builder, judgements)
    desk.say("building objects")
    ids = builder.build_all()
    check_contents(desk.repository, desk.config, plan, builder)
    if subject and world.watched:
        world, plan = _look_again(desk, world, plan, override)
        judgements += judged_in_use(world, subject, plan.at, override)
    operation = record_operation(
        plan,
        world.state,
        ids=ids,
        tree_of=builder.tree_of,
        judgements=judgements,
        overrides=tuple(f"{hold}; passed: {override}" for hold in plan.holds),
    )
    after = _after(world, operation)
    for watched in world.watched.values():
        keep_case(desk, watched)
    desk.say(f"publishing {len(plan.moves)} ref moves and the ledger to {desk.config.remote}")
    stamp = Stamp(plan.identity, plan.at_s)
    published = publish(desk, world, operation, after, ledger_head=plan.ledger_head, stamp=stamp)
    return Done(plan, perform_effects(desk, published), operation)


def refuse_holds(plan: Plan, override: str | None) -> None:
    """Raise `rollout-held` with every hold, unless an override passes them."""
    if plan.holds and override is None:
        raise PhasegateError(
            ErrorCode.ROLLOUT_HELD,
            f"{plan.title}: the rollout waits; nothing was published.",
            details=tuple(str(hold) for hold in plan.holds),
            hint="Wait, or do what is missing; --override REASON passes holds and is recorded.",
        )


def _refuse_falling(world: World, plan: Plan) -> None:
    """The last line of defence: versions on a channel only rise."""
    for channel in plan.channels:
        known = world.state.channels.get(channel.name)
        if known is not None and Version.parse(channel.version) < Version.parse(known.version):
            raise PhasegateError(
                ErrorCode.VERSION_REUSED,
                f"Channel {channel.name} carries {known.version}; {channel.version} would go back.",
                why="Package managers, and people, take the higher version for the newer one.",
                hint="Start a new candidate with `invoke deploy --phase internal`.",
            )


def preview(desk: Desk, plan: Plan) -> dict[str, str]:
    """Node → object id, for every object of `plan` that can be built before its gates have run."""
    builder = Builder(desk.repository, plan)
    if _needs_artifact(plan):
        return {}
    return builder.build_all()


def _subject(world: World, plan: Plan, builder: Builder) -> Subject | None:
    """What the gates are to judge, or None where the plan has none."""
    if plan.judged is None or plan.content is None:
        return None
    return Subject(
        commit=builder.resolve(plan.judged),
        tree=builder.tree_of(plan.judged),
        content=plan.content,
        gates=plan.gates,
        known=tuple(world.state.judgements.values()),
    )


def _look_again(desk: Desk, world: World, plan: Plan, override: str | None) -> tuple[World, Plan]:
    """What is in use is judged once more, for gates take their time: what was promoted has to be so still."""
    judged = desk.judged(world)
    promoted = [name for name, watched in world.watched.items() if watched.decision.promotes]
    fallen = tuple(hold for name in promoted for hold in healthy(judged, desk.config.phases[name]))
    refuse_holds(replace(plan, holds=fallen), override)
    return judged, replace(plan, holds=(*plan.holds, *fallen))


def _give_artifact(plan: Plan, builder: Builder, judgements: tuple[Judgement, ...]) -> None:
    artifacts = [judgement.artifact for judgement in judgements if judgement.artifact is not None]
    if artifacts:
        builder.give(ARTIFACT, artifacts[0])
    elif _needs_artifact(plan):
        raise PhasegateError(
            ErrorCode.GATE_ERROR,
            f"{plan.title}: no gate left an artifact, so there is nothing to publish.",
            hint="The gate that builds the documentation has to pass; an override cannot build it.",
        )


def _needs_artifact(plan: Plan) -> bool:
    return any(spec.tree.base == ARTIFACT for spec in plan.commits)


def _after(world: World, operation: Operation) -> State:
    try:
        return world.state.apply(operation)
    except ValueError as error:
        raise PhasegateError(
            ErrorCode.VERSION_REUSED,
            "The operation contradicts the ledger; nothing was published.",
            why=str(error),
            hint="Commit something that asks for a higher version.",
        ) from error
