"""A notice on demand: an operation that moves no ref but the ledger's, and whose effects are the messages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phasegate.config import PUBLIC_PHASE
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.planning.publication import announce, start_plan
from phasegate.rollout.planning.status import holds_ahead

if TYPE_CHECKING:
    from phasegate.config import Config
    from phasegate.ledger.records import Effect
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.reading.materials import Occasion
    from phasegate.rollout.reading.world import World


def plan_notice(world: World, config: Config, kind: str, occasion: Occasion, events: str = "") -> Plan:
    """The plan that sends a notice of `kind` about the rollout through every configured channel.

    One that says the same and still waits to be sent is not doubled: the plan changes nothing, so that it is finished.
    `events` is what a summary tells of the plugin in use, as Markdown.
    """
    _refuse_untruth(world, config, kind)
    if waiting_notices(world, config, kind, occasion):
        title = f"The notice {kind} was recorded already; what was open of it is sent"
        return replace(start_plan(world, occasion, "notice", title), rollout=world.state.rollout)
    said = {**notice_values(world, config, occasion), "events": events}
    notices = announce(world, config, occasion, kind, said)
    return replace(
        start_plan(world, occasion, "notice", f"Send the notice {kind}"),
        rollout=world.state.rollout,
        effects=tuple(effect for effect in notices if effect.name.startswith("notice")),
    )


def waiting_notices(world: World, config: Config, kind: str, occasion: Occasion) -> tuple[Effect, ...]:
    """The open effects that send a notice of `kind` about the world as it is."""
    said = {**notice_values(world, config, occasion), "kind": kind}
    del said["holds"], said["events"]  # they change by themselves
    return tuple(effect for effect in world.state.effects if said.items() <= effect.values.items())


def _refuse_untruth(world: World, config: Config, kind: str) -> None:
    state = world.state
    public = state.channels.get(config.public_channel)
    restored = public is not None and state.releases[public.version].restores is not None
    happened = {
        "alert": False,  # monitoring sends it
        "announcement": state.rollout is not None,
        "phase": state.rollout is not None,
        "release": state.rollout is not None and PUBLIC_PHASE in state.rollout.entered,
        "rollback": restored,
    }
    if not happened.get(kind, True):
        raise PhasegateError(
            ErrorCode.USAGE,
            f"A notice of kind {kind!r} would tell what did not happen.",
            hint="See `invoke status`; --kind summary tells what did.",
        )


def notice_values(world: World, config: Config, occasion: Occasion) -> dict[str, str]:
    """What every kind of notice may say, from the ledger's state; what is not known is empty."""
    state = world.state
    rollout = state.rollout
    public = state.channels.get(config.public_channel)
    carried = "\n".join(f"- {name}: {channel.version}" for name, channel in state.channels.items())
    return {
        "version": rollout.version if rollout else public.version if public else "",
        "phase": rollout.phase if rollout else "",
        "phases": ", ".join(config.phases),
        "channel": config.public_channel,
        "channels": ", ".join(state.channels),
        "previous": public.version if public else "",
        "restored": (state.releases[public.version].restores or "") if public else "",
        "withdrawn": ", ".join(state.withdrawn),
        "changes": rollout.notes if rollout else "",
        "until": "",
        "period": "24 hours",
        "status": carried,
        "events": "",
        "holds": "\n".join(f"- {hold}" for hold in holds_ahead(world, config, occasion.now_s)),
    }
