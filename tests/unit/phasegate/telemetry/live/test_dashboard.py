from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from fixtures.reports import NOW_S, make, nothing
from phasegate.telemetry.alerts.states import Alert, Phase
from phasegate.telemetry.live.dashboard import Snapshot, draw
from phasegate.telemetry.reading import Intake
from phasegate.telemetry.severity import Severity

FIRING = Alert(
    "ErrorRateHigh",
    Severity.HIGH,
    (("plugin", "p"), ("version", "1.1.0")),
    Phase.FIRING,
    0.2,
    NOW_S - 60,
    NOW_S,
)
SILENT = Alert("ServerDown", Severity.CRITICAL, (), Phase.NO_DATA, None, NOW_S)


def shown(snapshot: Snapshot, width: int = 80, *, has_unicode: bool = True) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, no_color=True)
    console.print(draw(snapshot, width, has_unicode=has_unicode))
    return stream.getvalue()


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_it_fits_the_terminal(width: int) -> None:
    text = shown(
        Snapshot(NOW_S, make(), (FIRING, SILENT), ("1.2.0-rc.1 is in phase canary.",), ("a doubt",)), width
    )
    assert max(map(len, text.splitlines())) <= width


def test_it_shows_figures_rollout_doubts_and_alerts() -> None:
    text = shown(
        Snapshot(NOW_S, make(), (FIRING, SILENT), ("1.2.0-rc.1 is in phase canary.",), ("a doubt",)), 100
    )
    for words in (
        "p95, mode default",
        "1.2.0-rc.1 is in phase canary.",
        "! a doubt",
        "ErrorRateHigh (p, 1.1.0)",
        "firing",
        "1 rule has no data",
        "1.0.0 (withdrawn)",
    ):
        assert words in text


def test_without_events_it_says_so() -> None:
    text = shown(Snapshot(NOW_S, nothing(), (), ()))
    assert "there is no event in this time" in text
    assert "No alert is firing." in text


def test_lines_that_are_no_events_are_told() -> None:
    assert "7 lines are no events" in shown(
        Snapshot(NOW_S, make(intake=Intake(events=9, rejected=7)), (), ())
    )


def test_a_terminal_without_block_characters_gets_digits() -> None:
    text = shown(Snapshot(NOW_S, make(), (), ()), has_unicode=False)
    assert text.isascii() or not set(text) & set("▁▂▃▄▅▆▇█")


def test_its_json_has_the_alerts() -> None:
    told = Snapshot(NOW_S, make(), (FIRING,), ("x",)).as_json()
    assert told["alerts"][0]["rule"] == "ErrorRateHigh"
    json.dumps(told, allow_nan=False)
