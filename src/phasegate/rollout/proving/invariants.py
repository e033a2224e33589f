"""What must be true after every operation, whatever it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.git.objects import is_ancestor
from phasegate.rollout.planning.plan import NODE
from phasegate.rollout.proving.verify import verify
from phasegate.verdict import Verdict
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.rollout.applying.engine import Done
    from phasegate.rollout.desk import Desk
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.planning.targets import Choice
    from phasegate.rollout.reading.world import World


def broken_invariants(desk: Desk, before: World, after: World, choice: Choice | None) -> Iterator[str]:
    """A sentence for each invariant that the step from `before` to `after` broke.

    `choice` is what a rollback meant to bring back.
    """
    for check in verify(desk.repository, after, desk.config):
        if check.verdict is not Verdict.PASS:
            yield f"{check.subject}: {check.reason}"
    yield from _backwards(desk, before, after)
    yield from _not_restored(after, choice)
    yield from (f"effect {effect.key} is open" for effect in after.state.effects)
    if desk.repository.git.run("status", "--porcelain"):
        yield "the checkout was touched"


def deviations(done: Done, shown: Plan, expected: dict[str, str]) -> Iterator[str]:
    """Where the plan that was executed is not the one that had been shown, to the object id."""
    if done.plan.as_json() != shown.as_json():
        yield "planning twice gave two plans"
    if done.operation is None:
        yield "nothing was published"
        return
    for planned, moved in zip(done.plan.moves, done.operation.moves):
        if (
            (planned.new or "").startswith(NODE)
            and planned.new in expected
            and expected[planned.new] != moved.new
        ):
            yield f"{moved.ref}: planned {expected[planned.new]}, published {moved.new}"


def _backwards(desk: Desk, before: World, after: World) -> Iterator[str]:
    """Channels only fast-forward, and versions on a channel only rise."""
    for name, channel in before.state.channels.items():
        now = after.state.channels[name]
        if now.commit != channel.commit:
            if not is_ancestor(desk.repository.git, channel.commit, now.commit):
                yield f"channel {name} did not fast-forward"
            if not Version.parse(now.version) > Version.parse(channel.version):
                yield f"channel {name} went from {channel.version} to {now.version}"


def _not_restored(after: World, choice: Choice | None) -> Iterator[str]:
    """A rollback restores the tree but for stamped fields."""
    for target in choice.targets if choice else ():
        release = after.state.releases[after.state.channels[target.channel].version]
        if release.content != target.good.content:
            yield f"channel {target.channel} does not carry the content of {target.good.version}"
    site, docs = choice.site if choice else None, after.state.docs
    if site is not None and (docs is None or docs.version != site[0]):
        yield f"the docs branch does not carry the site of {site[0]}"
