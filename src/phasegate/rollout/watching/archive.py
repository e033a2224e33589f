"""What is kept when logs go: the report of each day, and for how long that and the judge's cases are kept."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from phasegate.ledger.chain import read_operations
from phasegate.rollout.reading.watching import plugin_name
from phasegate.rollout.watching.looking import report_of
from phasegate.strict_json import read_json
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.opening import open_reading
from phasegate.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.rollout.desk import Desk

KEPT_S = 365 * 86400.0
"""How long the reports of days, and the judge's cases, are kept, in seconds."""

_DAY_S = 86400
_REPORTS, _CASES = "reports", "cases"


def archive_days(desk: Desk, now_s: float) -> list[Path]:
    """Write the report of each whole day, UTC, of which there are events, below the state folder, once all could be read."""
    git, config = desk.repository.git, desk.config
    folder = desk.repository.state_folder / _REPORTS
    world = desk.observe()
    plugin, operations = plugin_name(git, world, config), read_operations(git, world.ledger_head)
    today = int(now_s // _DAY_S)
    written = []
    for day in range(today - int(config.telemetry.retention_s // _DAY_S), today):
        window = Window(float(day * _DAY_S), float((day + 1) * _DAY_S))
        path = folder / f"{datetime.fromtimestamp(window.since_s, tz=timezone.utc):%Y-%m-%d}.json"
        known = _known_events(path)
        if known is None:
            continue
        with open_reading(config.telemetry.logs, plugin, window) as reading:
            if reading.intake.events <= known:
                continue
            made = report_of(plugin, reading, world.state, operations, config)
        write_whole(path, json.dumps(made.as_json(), indent=2) + "\n")
        written.append(path)
    return written


def _known_events(path: Path) -> int | None:
    """How many events the report at `path` tells of; None where it is of all there were: it is not made again."""
    try:
        intake = read_json(path.read_bytes())["intake"]
        is_whole = not intake["missing"] and not intake["unreadable"]
        return None if is_whole else int(intake["events"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return 0


def drop_outdated(state_folder: Path, now_s: float) -> list[Path]:
    """Delete the reports and cases that are older than they are kept; which they were."""
    outdated = [
        path
        for name in (_REPORTS, _CASES)
        for path in sorted((state_folder / name).glob("*.json"))
        if path.stat().st_mtime < now_s - KEPT_S
    ]
    for path in outdated:
        path.unlink()
    return outdated
