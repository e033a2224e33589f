"""Each invariant is seen to break once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from phasegate.rollout.planning.rollback import choose
from phasegate.rollout.planning.targets import RollbackRequest
from phasegate.rollout.proving.invariants import broken_invariants
from workshop import Workshop, git

if TYPE_CHECKING:
    from phasegate.rollout.planning.targets import Choice
    from phasegate.rollout.reading.world import World

pytestmark = pytest.mark.once  # the same on every Python, and not swift


@pytest.fixture
def workshop(released: Workshop) -> Workshop:
    return released


def broken(workshop: Workshop, before: World, choice: Choice | None = None) -> str:
    return "; ".join(broken_invariants(workshop.desk, before, workshop.observe(), choice))


def test_a_healthy_step_breaks_none(workshop: Workshop) -> None:
    before = workshop.observe()
    workshop.release()
    assert broken(workshop, before) == ""


def test_a_channel_that_was_force_pushed_is_found(workshop: Workshop) -> None:
    before = workshop.observe()
    git(workshop.root, "push", "--quiet", "--force", "origin", "HEAD:refs/heads/canary")
    assert "refs/heads/canary" in broken(workshop, before)


def test_a_channel_that_went_back_is_found(workshop: Workshop) -> None:
    older = workshop.observe()
    workshop.release()
    newer = workshop.observe()
    said = "; ".join(broken_invariants(workshop.desk, newer, older, None))
    assert "channel stable did not fast-forward" in said
    assert "channel stable went from 1.1.0 to 1.0.0" in said


def test_a_rollback_that_did_not_restore_is_found(workshop: Workshop) -> None:
    workshop.release()
    before = workshop.observe()
    choice = choose(before, workshop.config, RollbackRequest("full"))
    said = broken(workshop, before, choice)
    assert "channel stable does not carry the content of 1.0.0" in said
    assert "the docs branch does not carry the site of 1.0.0-rc.1" in said


def test_an_effect_that_is_left_open_is_found(workshop: Workshop) -> None:
    before = workshop.observe()
    plan = workshop.plan_deploy("internal")
    effects = tuple(replace(e, name="notice:nowhere") for e in plan.effects if e.name == "notice:file")
    with pytest.raises(Exception, match="not every effect"):
        workshop.carry_out(replace(plan, effects=effects))
    assert "is open" in broken(workshop, before)


def test_a_touched_checkout_is_found(workshop: Workshop) -> None:
    before = workshop.observe()
    workshop.write({"CHANGELOG.md": "scribbled"})
    assert "the checkout was touched" in broken(workshop, before)
