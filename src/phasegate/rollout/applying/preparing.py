"""What `invoke gates` judges: the tree that would be published next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.config import PHASES
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.objects import tree_id
from phasegate.rollout.applying.build import Builder
from phasegate.rollout.applying.judging import Subject
from phasegate.rollout.planning.deploy import DeployRequest, plan_deploy
from phasegate.rollout.planning.publication import rollout_under_way
from phasegate.rollout.reading.snapshot import content_of, read_snapshot
from phasegate.rollout.reading.world import source_tip

if TYPE_CHECKING:
    from phasegate.rollout.desk import Desk


def prepare_subject(desk: Desk, *, only: str | None = None, phase: str | None = None) -> Subject:
    """The candidate that the source would become (the source itself where no release is due), and its gates."""
    wanted = _gates(desk, only, phase)
    world = desk.observe()
    try:
        plan = plan_deploy(desk.repository.git, world, desk.config, DeployRequest(PHASES[0]), desk.occasion())
    except PhasegateError as error:
        if error.code is not ErrorCode.NO_RELEASE_DUE:
            raise
        return _as_it_is(desk, source_tip(world, desk.config), wanted)
    if plan.judged is None or plan.content is None:
        release = world.state.releases[rollout_under_way(world).candidate]
        return Subject(commit=release.commit, tree=release.tree, content=release.content, gates=wanted)
    builder = Builder(desk.repository, plan)
    return Subject(
        commit=builder.resolve(plan.judged),
        tree=builder.tree_of(plan.judged),
        content=plan.content,
        gates=wanted,
    )


def _as_it_is(desk: Desk, commit: str, gates: tuple[str, ...]) -> Subject:
    git = desk.repository.git
    tree = tree_id(git, commit)
    return Subject(
        commit=commit, tree=tree, content=content_of(git, read_snapshot(git, tree, desk.config)), gates=gates
    )


def _gates(desk: Desk, only: str | None, phase: str | None) -> tuple[str, ...]:
    phases = [desk.config.phase(phase)] if phase else desk.config.phases.values()
    names = tuple(dict.fromkeys(gate for p in phases for gate in p.gates))
    if only is None:
        return names
    if only not in names:
        raise PhasegateError(
            ErrorCode.USAGE, f"There is no gate {only!r}.", hint=f"Gates: {', '.join(names)}."
        )
    return (only,)
