"""Deploying: gather what the phase needs, and plan its entry."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phasegate.config import DOCS_PHASE, PHASES, PUBLIC_PHASE
from phasegate.git.objects import resolve_commit
from phasegate.rollout.planning.holds import holds_before
from phasegate.rollout.planning.plan import Hold
from phasegate.rollout.planning.publication import refuse_moved, rollout_under_way, start_plan
from phasegate.rollout.reading.materials import Materials, foreign_releases
from phasegate.rollout.reading.proposal import propose
from phasegate.rollout.reading.snapshot import read_snapshot
from phasegate.rollout.reading.world import source_tip
from phasegate.rollout.statuspage import read_status_page
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from phasegate.config import Config, Phase
    from phasegate.git.door import Git
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.reading.materials import Occasion
    from phasegate.rollout.reading.world import World


@dataclass(frozen=True)
class DeployRequest:
    """What the operator asks for: a phase, and for its first one the ref to release."""

    phase: str
    source: str | None = None


def plan_deploy(git: Git, world: World, config: Config, request: DeployRequest, occasion: Occasion) -> Plan:
    """The plan by which the release enters the phase; it changes nothing where the release is there already.

    Raises:
        PhasegateError: `phase-unknown`, `ref-unknown`, `no-release-due`, `rollout-missing`, `manifest-invalid`,
            `version-reused`, `tag-exists`.
    """
    phase = config.phase(request.phase)
    starts = phase.name == PHASES[0]
    source = _requested_source(git, world, config, request) if starts or request.source else None
    if _entered_already(world, phase.name, source) and not (starts and _is_overtaken(world, config)):
        refuse_moved(world, phase)
        title = f"{rollout_under_way(world).candidate} is in phase {phase.name} already"
        return replace(start_plan(world, occasion, "deploy", title), rollout=world.state.rollout)
    materials = _gather(git, world, config, phase.name, source, occasion)
    module = importlib.import_module(f"phasegate.rollout.planning.phases.{phase.name}")
    plan: Plan = module.plan(world, config, phase, materials, occasion)
    holds = () if starts else _other_source(world, source)
    return replace(
        plan,
        gates=tuple(dict.fromkeys((*_unjudged_before(world, config, phase), *plan.gates))),
        holds=plan.holds + holds + holds_before(world, config, phase, occasion.now_s),
    )


def _unjudged_before(world: World, config: Config, phase: Phase) -> tuple[str, ...]:
    """The gates of earlier phases that the ledger has no verdict of: an override skips none."""
    earlier = (gate for p in config.phases_before(phase.name) for gate in p.gates)
    return tuple(gate for gate in earlier if gate not in world.state.judgements)


def _requested_source(git: Git, world: World, config: Config, request: DeployRequest) -> str:
    return resolve_commit(git, request.source) if request.source else source_tip(world, config)


def _entered_already(world: World, phase: str, source: str | None) -> bool:
    rollout = world.state.rollout
    return rollout is not None and phase in rollout.entered and source in (None, rollout.source)


def _is_overtaken(world: World, config: Config) -> bool:
    """Whether a channel ahead carries a higher version than the candidate, so that only a new one can get there."""
    rollout = rollout_under_way(world)
    ahead = [p.channel for p in config.phases.values() if p.channel and p.name not in rollout.entered]
    carried = [world.state.channels[name].version for name in ahead if name in world.state.channels]
    return any(Version.parse(version) > Version.parse(rollout.candidate) for version in carried)


def _gather(
    git: Git, world: World, config: Config, phase: str, source: str | None, occasion: Occasion
) -> Materials:
    foreign = foreign_releases(git, world, config, occasion.at_s)
    if phase == PHASES[0] and source is not None:
        floors = [Version.parse(release.version) for release in foreign.values()]
        proposal = propose(git, world, config, source, floors, occasion.discreet)
        return Materials(foreign, proposal=proposal)
    if phase == PUBLIC_PHASE:
        tree = world.state.releases[rollout_under_way(world).candidate].tree
        return Materials(foreign, {tree: read_snapshot(git, tree, config)})
    if phase == DOCS_PHASE:
        return Materials(foreign, status_page=read_status_page(git, world, config))
    return Materials(foreign)


def _other_source(world: World, source: str | None) -> tuple[Hold, ...]:
    rollout = world.state.rollout
    if rollout is None or source in (None, rollout.source):
        return ()
    return (
        Hold(
            "order", f"{source} has not been through phase {PHASES[0]}; the rollout carries {rollout.source}"
        ),
    )
