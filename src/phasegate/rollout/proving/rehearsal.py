"""The rehearsal: rollouts and every rollback on a scratch remote, with the invariants checked after each step.

It proves the engine, not the tree: gates count as passed. With a client, two users follow it to the end.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Callable, Union

from phasegate.config import PUBLIC_PHASE
from phasegate.errors import PhasegateError
from phasegate.rollout.applying.engine import carry_out, preview
from phasegate.rollout.applying.judging import assume_passed
from phasegate.rollout.planning.deploy import DeployRequest, plan_deploy
from phasegate.rollout.planning.rollback import choose, plan_rollback
from phasegate.rollout.planning.targets import RollbackRequest
from phasegate.rollout.proving.delivery import check_followers, followers
from phasegate.rollout.proving.invariants import broken_invariants, deviations
from phasegate.rollout.proving.sandbox import open_sandbox
from phasegate.rollout.reading.snapshot import read_snapshot
from phasegate.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from phasegate.rollout.desk import Desk
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.planning.targets import Choice
    from phasegate.rollout.proving.client import Client
    from phasegate.rollout.proving.delivery import Follower
    from phasegate.rollout.reading.materials import Occasion
    from phasegate.rollout.reading.world import World

_FOLLOWED_PHASES = ("canary", PUBLIC_PHASE)

Planner = Callable[["Desk", "World", "Occasion"], "tuple[Plan, Choice | None]"]
Task = Union[Planner, str]
"""What a step does, or why there is nothing for it to do."""


@dataclass(frozen=True)
class Step:
    """One step of the rehearsal: what was done, whether all invariants held (SKIP: nothing to do), how long it took."""

    name: str
    verdict: Verdict
    reason: str
    duration_s: float


def rehearse(desk: Desk, folder: Path, client: Client | None = None) -> Iterator[Step]:
    """Rehearse in `folder`, a step at a time; a step whose invariants broke is the last one.

    With a `client`, a user on the channel of phase canary and one on that of phase public take what each step
    brings them, and a step is good only if they received what the ledger says.
    """
    scratch = open_sandbox(folder, desk.repository, desk.config)
    quiet = replace(desk.config.notify, console=False, apprise_variable=None)
    config = replace(desk.config.without_soak(), notify=quiet)
    stage = replace(desk, repository=scratch, config=config, say=lambda _line: None)
    users = _users(stage, client, folder / "users") if client else ()
    for name, task, before in _script(stage):
        if isinstance(task, str):
            yield Step(name, Verdict.SKIP, task, 0.0)
            continue
        step = _perform(stage, name, task, before, users)
        yield step
        if step.verdict is not Verdict.PASS:
            return


def _users(stage: Desk, client: Client, homes: Path) -> tuple[Follower, ...]:
    shutil.rmtree(homes, ignore_errors=True)  # of an earlier rehearsal in the same folder
    channels = [stage.config.phases[phase].channel for phase in _FOLLOWED_PHASES]
    return followers(stage, client, [channel for channel in channels if channel], homes)


def _script(stage: Desk) -> Iterator[tuple[str, Task, bool]]:
    """Name, task, and whether a commit comes first; every rollback follows a whole rollout."""
    phases = list(stage.config.phases)
    for number, kind in enumerate((None, "quick", "full", "flag", "docs"), start=1):
        for phase in phases:
            yield f"rollout {number}: deploy {phase}", _deploying(phase), phase == phases[0]
        if kind is not None:
            task = _nothing_to_do(stage, kind) or _rolling_back(kind)
            yield f"rollout {number}: rollback --{kind}", task, False
    for phase in phases[:2]:
        yield f"rollout 6: deploy {phase}", _deploying(phase), phase == phases[0]
    yield "rollout 6: rollback --quick before public", _rolling_back("quick"), False
    for phase in phases:
        yield f"rollout 7: deploy {phase} after a rollback", _deploying(phase), phase == phases[0]


def _nothing_to_do(stage: Desk, kind: str) -> str | None:
    """Why a rollback of this kind would take nothing back, here; None where it would."""
    if kind == "docs" and stage.config.docs_branch is None:
        return "there is no docs branch"
    if kind == "flag" and not any(read_snapshot(stage.repository.git, "HEAD", stage.config).flags.values()):
        return "no plugin has a feature flag that is on"
    return None


def _deploying(phase: str) -> Planner:
    def plan(desk: Desk, world: World, occasion: Occasion) -> tuple[Plan, Choice | None]:
        return plan_deploy(desk.repository.git, world, desk.config, DeployRequest(phase), occasion), None

    return plan


def _rolling_back(kind: str) -> Planner:
    def plan(desk: Desk, world: World, occasion: Occasion) -> tuple[Plan, Choice | None]:
        request, git = RollbackRequest(kind), desk.repository.git
        planned = plan_rollback(git, world, desk.config, request, occasion)
        return planned, choose(world, desk.config, request)

    return plan


def _perform(stage: Desk, name: str, planner: Planner, commits: bool, users: Sequence[Follower]) -> Step:
    if commits:
        _commit_something(stage)
    begun = time.monotonic()
    try:
        before = stage.observe()
        occasion = stage.occasion("rehearsal")
        shown, choice = planner(stage, before, occasion)
        expected = preview(stage, shown)
        plan, _ = planner(stage, before, occasion)
        done = carry_out(stage, before, plan, judge=assume_passed)
        took_s = time.monotonic() - begun
        after = stage.observe()
        received = check_followers(users, after)
        broken = [
            *deviations(done, shown, expected),
            *broken_invariants(stage, before, after, choice),
            *(f"{check.subject}: {check.reason}" for check in received if check.verdict is not Verdict.PASS),
        ]
    except PhasegateError as error:
        return Step(name, Verdict.FAIL, " ".join(str(error).split()), time.monotonic() - begun)
    if broken:
        return Step(name, Verdict.FAIL, "; ".join(broken), took_s)
    proved = f"; {len(received)} checks of what users received" if received else ""
    return Step(name, Verdict.PASS, plan.title + proved, took_s)


def _commit_something(stage: Desk) -> None:
    """A commit on the scratch remote's source that asks for a minor release."""
    git, remote = stage.repository.git, stage.config.remote
    marker = stage.repository.root / "rehearsal.txt"
    marker.write_text(f"{time.time_ns()}\n", encoding="utf-8")
    git.run("add", "--force", "--", marker.name)
    git.run("-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "-m", "feat: rehearse")
    git.run("push", "--quiet", "--no-verify", remote, "HEAD")
