from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from fixtures.fleet import Fleet
from phasegate.config import Telemetry
from phasegate.rollout.watching.monitor import HISTORY_S, Monitor
from phasegate.telemetry.alerts.states import Phase

if TYPE_CHECKING:
    from pathlib import Path

    from workshop import Workshop


@pytest.mark.parametrize(("ago_s", "fires"), [(60.0, True), (HISTORY_S + 60, False)])
def test_a_folder_that_is_gathered_late_alarms_nobody_with_what_is_long_over(
    released: Workshop, tmp_path: Path, ago_s: float, fires: bool
) -> None:
    fleet = Fleet(tmp_path / "fleet", seed=3)
    fleet.use(range(10), "1.0.0", error_rate=0.0)
    released.settings = {"telemetry": Telemetry(logs=(fleet.logs,), plugin="rforge")}
    monitor = Monitor(released.desk, hours=1.0)
    monitor.look(time.time(), tell=False)
    fleet.use(range(10, 60), "1.0.0", error_rate=1.0, at_s=time.time() - ago_s)
    monitor.follow()
    monitor.look(time.time(), tell=False)
    alerts = monitor.look(time.time() + 600, tell=False).alerts
    assert any(alert.phase is Phase.FIRING for alert in alerts) is fires
