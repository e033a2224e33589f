"""Notices on demand: each is sent once, however often the command has to be repeated until it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.rollout.planning.notices import plan_notice

if TYPE_CHECKING:
    from phasegate.rollout.planning.plan import Plan
    from workshop import Workshop


def plan(workshop: Workshop, kind: str) -> Plan:
    desk = workshop.desk
    return plan_notice(desk.observe(), desk.config, kind, desk.occasion())


def fail_to_notify(workshop: Workshop, kind: str) -> None:
    with pytest.raises(PhasegateError) as caught:
        workshop.carry_out(plan(workshop, kind))
    assert caught.value.code is ErrorCode.EFFECTS_OPEN


def notices(workshop: Workshop) -> int:
    return workshop.notices.count("<!-- notice")


def test_a_notice_that_was_recorded_and_not_sent_is_finished_by_the_same_command(workshop: Workshop) -> None:
    blocked = workshop.root / ".git" / "phasegate" / "notices.md"
    blocked.mkdir(parents=True)
    fail_to_notify(workshop, "summary")
    fail_to_notify(workshop, "summary")
    assert workshop.observe().state.length == 1
    blocked.rmdir()
    workshop.now_s += 86_400
    done = workshop.carry_out(plan(workshop, "summary"))
    assert done.operation is None
    assert notices(workshop) == 1


def test_a_notice_that_was_sent_is_sent_again_where_somebody_asks_again(workshop: Workshop) -> None:
    for _ in range(2):
        assert workshop.carry_out(plan(workshop, "summary")).operation is not None
    assert notices(workshop) == 2


def test_a_notice_that_waits_is_no_other_notice(released: Workshop) -> None:
    blocked = released.root / ".git" / "phasegate" / "notices.md"
    blocked.unlink()
    blocked.mkdir()
    fail_to_notify(released, "summary")
    assert not plan(released, "release").changes_nothing
    with pytest.raises(PhasegateError):
        released.deploy("internal")
    assert not plan(released, "summary").changes_nothing  # the world is another by now
