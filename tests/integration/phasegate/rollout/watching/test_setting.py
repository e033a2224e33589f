from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.ledger.chain import read_operations
from phasegate.rollout.watching.setting import setting_of
from phasegate.telemetry.reading import Window

if TYPE_CHECKING:
    from phasegate.telemetry.reports.report import Setting
    from workshop import Workshop


def setting(workshop: Workshop, window: Window) -> Setting:
    world = workshop.observe()
    operations = read_operations(workshop.desk.repository.git, world.ledger_head)
    return setting_of(world.state, operations, workshop.config, window)


def test_phases_and_rollbacks_are_marked_in_the_order_in_which_they_happened(released: Workshop) -> None:
    began_s = float(released.now_s)
    released.deploy("internal")
    released.release("canary", "docs", "public")
    released.rollback("quick", "it breaks")
    shown = setting(released, Window(began_s, released.now_s + 1.0))
    assert [mark.text for mark in shown.marks[:4]] == [
        "1.1.0-rc.1 in internal",
        "1.1.0-rc.1 in canary",
        "1.1.0-rc.1 in docs",
        "1.1.0 in public",
    ]
    assert [mark.is_bad for mark in shown.marks] == [False] * 4 + [True]
    assert shown.released == "1.1.1"


def test_what_was_before_the_window_is_not_marked(released: Workshop) -> None:
    assert setting(released, Window(released.now_s + 1.0, released.now_s + 2.0)).marks == ()
