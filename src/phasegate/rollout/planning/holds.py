"""What a rollout waits for before it enters a phase; all of it at once. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.ledger.times import iso, seconds
from phasegate.rollout.planning.criteria import CRITERIA
from phasegate.rollout.planning.plan import Hold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.config import Config, Phase
    from phasegate.ledger.records import Rollout
    from phasegate.rollout.reading.world import World


def holds_before(world: World, config: Config, phase: Phase, at_s: int) -> tuple[Hold, ...]:
    """Everything that keeps the rollout out of `phase` at time `at_s`: order, soak, criteria, refs, flags."""
    rollout = world.state.rollout
    holds = list(_moved(world, phase))
    if rollout is not None:
        earlier_phases = config.phases_before(phase.name)
        for earlier in earlier_phases:
            holds.extend(_of_phase(world, earlier, rollout, at_s))
        holds.extend(_flags_off(world, rollout) if earlier_phases else ())
    return tuple(holds)


def next_phase(config: Config, rollout: Rollout) -> Phase | None:
    """The phase that the rollout enters next, or None after the last."""
    names = list(config.phases)
    following = names[max((names.index(name) for name in rollout.entered if name in names), default=-1) + 1 :]
    return config.phases[following[0]] if following else None


def _of_phase(world: World, phase: Phase, rollout: Rollout, at_s: int) -> Iterator[Hold]:
    entered = rollout.entered.get(phase.name)
    if entered is None:
        yield Hold("order", f"phase {phase.name} has not been entered by {rollout.candidate}")
        return
    ready_s = seconds(entered) + int(phase.soak_s)
    if at_s < ready_s:
        yield Hold("soak", f"{rollout.candidate} soaks in phase {phase.name}", iso(ready_s))
    for name in phase.criteria:
        yield from CRITERIA[name](world, phase)


def _moved(world: World, phase: Phase) -> Iterator[Hold]:
    known = world.known(phase)
    if known is not None and world.strayed(known):
        where = f"{known.ref} is at {world.tip(known.ref)}, the ledger left it at {known.commit}"
        yield Hold("moved", f"{where}: someone else moved it")


def _flags_off(world: World, rollout: Rollout) -> Iterator[Hold]:
    for name in world.state.carried_by(rollout.content):
        release = world.state.releases[world.state.channels[name].version]
        if release.kind == "flag":
            yield Hold("flag", f"channel {name} carries {release.version} with its feature flags off")
