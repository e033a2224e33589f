"""`invoke deploy`, `invoke rollback`, `invoke resume`, `invoke notify`: the verbs that change the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.tasks.frame import open_desk, print_json, refuse_combination, verb

if TYPE_CHECKING:
    from invoke.context import Context

    from phasegate.rollout.desk import Desk
    from phasegate.tasks.operate import Manner


@verb(
    phase="The phase to enter: internal, canary, docs or public.",
    from_="The ref to release (phase internal); the source branch's tip by default.",
    override="Pass holds, with the reason; recorded with your name. Never passes a gate that failed.",
)
def deploy(
    context: Context,
    phase: str,
    from_: str | None = None,
    override: str | None = None,
    yes: bool = False,
    plan: bool = False,
    expect: str | None = None,
    json: bool = False,
    sandbox: str | None = None,
    soak: bool = False,
) -> None:
    """Bring a release into a phase; in a sandbox, through the phases before it too."""
    from dataclasses import replace

    from phasegate.tasks.operate import Manner

    if override is not None and not override.strip():
        raise refuse_combination("An override needs a reason.", "Say why: --override REASON; it is recorded.")
    desk = open_desk(sandbox, soak=soak)
    desk.config.phase(phase)
    manner = Manner.of(context, yes=yes, plan=plan, json=json, expect=expect, override=override)
    for earlier in _missing_phases(desk, phase) if sandbox else ():
        if manner.plan:
            desk.say(f"phase {earlier} comes first; this is its plan")
            phase = earlier
            break
        _enter(desk, earlier, from_, replace(manner, quiet=True, expect=None, json=False))
    _enter(desk, phase, from_, manner)


def _missing_phases(desk: Desk, phase: str) -> list[str]:
    rollout = desk.observe().state.rollout
    entered = rollout.entered if rollout else {}
    return [earlier.name for earlier in desk.config.phases_before(phase) if earlier.name not in entered]


def _enter(desk: Desk, phase: str, source: str | None, manner: Manner) -> None:
    from phasegate.rollout.planning.deploy import DeployRequest, plan_deploy
    from phasegate.tasks.operate import operate

    occasion = desk.occasion(manner.override or "")
    desk.say(f"observing {desk.config.remote}")
    world = desk.judged(desk.observe())
    plan = plan_deploy(desk.repository.git, world, desk.config, DeployRequest(phase, source), occasion)
    operate(desk, world, plan, manner)


@verb(
    quick="Each channel with the bad release gets its last good one.",
    full="Every channel and the docs go back to the last good public release.",
    flag="Each channel keeps its tree, with the feature flags off.",
    docs="The docs branch alone.",
    channel="Touch this channel only.",
    to="The version to go back to.",
    reason="Why; it is recorded and announced.",
    delete_tag="Delete the tags of withdrawn releases that nothing names.",
)
def rollback(
    context: Context,
    quick: bool = False,
    full: bool = False,
    flag: bool = False,
    docs: bool = False,
    channel: str | None = None,
    to: str | None = None,
    reason: str = "",
    delete_tag: bool = False,
    yes: bool = False,
    plan: bool = False,
    expect: str | None = None,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Take a release back: forward, under a fresh, higher version, so that clients get it."""
    from phasegate.rollout.planning.rollback import plan_rollback
    from phasegate.rollout.planning.targets import RollbackRequest
    from phasegate.tasks.operate import Manner, operate

    chosen = [name for name, on in (("quick", quick), ("full", full), ("flag", flag), ("docs", docs)) if on]
    if len(chosen) != 1:
        raise refuse_combination(
            f"A rollback is of one kind; {len(chosen)} were given.",
            "Choose one of --quick, --full, --flag, --docs.",
        )
    if to and flag:
        raise refuse_combination("--flag goes back to no version.", "Leave --to out, or use --quick.")
    if delete_tag and (flag or docs):
        raise refuse_combination(f"--{chosen[0]} withdraws no release.", "Leave --delete-tag out.")
    if channel and chosen[0] in ("full", "docs"):
        raise refuse_combination(
            f"--{chosen[0]} concerns more than one channel.", "Leave --channel out, or use --quick."
        )
    desk = open_desk(sandbox)
    occasion = desk.occasion(reason)
    desk.say(f"observing {desk.config.remote}")
    world = desk.observe()
    request = RollbackRequest(chosen[0], channel, to, delete_tag)
    planned = plan_rollback(desk.repository.git, world, desk.config, request, occasion)
    operate(desk, world, planned, Manner.of(context, yes=yes, plan=plan, json=json, expect=expect))


@verb()
def resume(
    context: Context, yes: bool = False, plan: bool = False, json: bool = False, sandbox: str | None = None
) -> None:
    """Perform the effects of earlier operations that are still open."""
    from phasegate.rollout.applying.effecting import perform_effects
    from phasegate.tasks.operate import confirm

    desk = open_desk(sandbox)
    world = desk.observe()
    keys = [effect.key for effect in world.state.effects]
    if keys and not (plan or context.config.run.dry):
        confirm(f"Perform {', '.join(keys)}", (), yes=yes)
        perform_effects(desk, world)
        still_open: list[str] = []
    else:
        still_open = keys
    performed = [key for key in keys if key not in still_open]
    if json:
        print_json({"schema": 1, "performed": performed, "open": still_open})
    elif still_open:
        print(f"Open: {', '.join(still_open)}")
    else:
        print(f"Performed {', '.join(performed)}" if performed else "Nothing is open.")


@verb(kind="announcement, phase, release, rollback or summary.")
def notify(
    context: Context,
    kind: str,
    yes: bool = False,
    plan: bool = False,
    json: bool = False,
    sandbox: str | None = None,
) -> None:
    """Send a notice about the rollout through every configured channel."""
    from phasegate.notify.message import render
    from phasegate.rollout.planning.notices import plan_notice, waiting_notices
    from phasegate.tasks.operate import Manner, operate

    desk = open_desk(sandbox)
    world = desk.judged(desk.observe())
    occasion = desk.occasion()
    planned = plan_notice(world, desk.config, kind, occasion, _events_for(desk, kind))
    notices = planned.effects or waiting_notices(world, desk.config, kind, occasion)
    message = render(kind, {"project": desk.project, **notices[0].values})
    manner = Manner.of(context, yes=yes, plan=plan, json=json)
    if manner.plan and not json:
        print(f"{message.title}\n\n{message.body}\n")
    operate(desk, world, planned, manner)


def _events_for(desk: Desk, kind: str) -> str:
    """What a summary tells of the plugin in use; other notices tell nothing of it."""
    if kind != "summary":
        return ""
    from phasegate.rollout.watching.looking import summarise_day

    return summarise_day(desk)
