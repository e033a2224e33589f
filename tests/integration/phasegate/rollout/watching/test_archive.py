from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fixtures.fleet import Fleet
from phasegate.config import Telemetry
from phasegate.rollout.watching.archive import archive_days

if TYPE_CHECKING:
    from pathlib import Path

    from workshop import Workshop

NOW_S = 1_790_000_000.0
YESTERDAY_S = NOW_S - 86400


def served(path: Path) -> int:
    return int(json.loads(path.read_text(encoding="utf-8"))["totals"]["served"])


def test_the_report_of_a_day_of_which_something_could_not_be_read_is_made_again_until_all_can_be(
    released: Workshop, tmp_path: Path
) -> None:
    fleet, more = Fleet(tmp_path / "fleet"), Fleet(tmp_path / "more")
    fleet.use(range(2), "1.0.0", at_s=YESTERDAY_S)
    released.settings = {
        "telemetry": Telemetry(logs=(fleet.logs, more.logs), plugin="rforge", retention_s=3 * 86400.0)
    }
    (report,) = archive_days(released.desk, NOW_S)
    assert served(report) == 2
    assert archive_days(released.desk, NOW_S) == []
    more.use(range(3), "1.0.0", at_s=YESTERDAY_S)
    assert archive_days(released.desk, NOW_S) == [report]
    assert served(report) == 5
    more.use(range(3, 5), "1.0.0", at_s=YESTERDAY_S)
    assert archive_days(released.desk, NOW_S) == []


def test_a_report_that_is_broken_is_made_again(released: Workshop, tmp_path: Path) -> None:
    fleet = Fleet(tmp_path / "fleet")
    fleet.use(range(2), "1.0.0", at_s=YESTERDAY_S)
    released.settings = {"telemetry": Telemetry(logs=(fleet.logs,), plugin="rforge", retention_s=3 * 86400.0)}
    (report,) = archive_days(released.desk, NOW_S)
    report.write_text("{", encoding="utf-8")
    assert archive_days(released.desk, NOW_S) == [report]
