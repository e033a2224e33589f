"""What is true now, for people and for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phasegate.ledger.chain import LEDGER_REF
from phasegate.rollout.planning.holds import holds_before, next_phase

if TYPE_CHECKING:
    from phasegate.config import Config
    from phasegate.rollout.planning.plan import Hold
    from phasegate.rollout.reading.world import World

SCHEMA = 1


def describe_status(world: World, config: Config, at_s: int) -> dict[str, Any]:
    """Channels, rollout with its holds, flags, ledger and open effects, as `invoke status --json` prints them."""
    state = world.state
    return {
        "schema": SCHEMA,
        "channels": {name: _channel(world, name) for name in state.channels},
        "docs": {"ref": state.docs.ref, "commit": state.docs.commit, "version": state.docs.version}
        if state.docs
        else None,
        "rollout": _rollout(world, config, at_s),
        "flags": {name: dict(state.releases[c.version].flags) for name, c in state.channels.items()},
        "ledger": {"ref": LEDGER_REF, "head": world.ledger_head, "length": state.length},
        "effects": {"open": [effect.key for effect in state.effects]},
    }


def holds_ahead(world: World, config: Config, at_s: int) -> tuple[Hold, ...]:
    """What keeps the rollout out of its next phase."""
    if world.state.rollout is None:
        return ()
    phase = next_phase(config, world.state.rollout)
    return holds_before(world, config, phase, at_s) if phase else ()


def _channel(world: World, name: str) -> dict[str, Any]:
    channel = world.state.channels[name]
    release = world.state.releases[channel.version]
    return {
        "ref": channel.ref,
        "commit": channel.commit,
        "tree": channel.tree,
        "version": channel.version,
        "restores": release.restores,
        "withdrawn": release.withdrawn is not None,
        "moved": world.strayed(channel),
    }


def _rollout(world: World, config: Config, at_s: int) -> dict[str, Any] | None:
    rollout = world.state.rollout
    if rollout is None:
        return None
    return {
        "version": rollout.version,
        "candidate": rollout.candidate,
        "phase": rollout.phase,
        "since": rollout.entered[rollout.phase],
        "holds": [hold.as_json() for hold in holds_ahead(world, config, at_s)],
    }
