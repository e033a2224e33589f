from __future__ import annotations

from typing import Any

import pytest

from fixtures.plain_events import NOW_S, event
from phasegate.telemetry.live.lines import error_line, run_line
from phasegate.telemetry.metrics.counting import Metrics
from phasegate.telemetry.metrics.soundness import is_countable

HOSTILE: list[dict[str, Any]] = [
    {"version": 7},
    {"version": None},
    {"version": "bob@example.com"},
    {"version": "1\n# heading"},
    {"version": "\ud800"},
    {"version": "1" * 65},
    {"duration_s": "x"},
    {"duration_s": 10**400},
    {"duration_s": float("inf")},
    {"duration_s": -1},
    {"install": ["i"]},
    {"id": ["i"]},
    {"event": "probe"},
    {"event": ["command"]},
    {"outcome": ["ok"]},
    {"outcome": "crashed"},
    {"command": "/home/bob"},
    {"probe": "no"},
]


@pytest.mark.parametrize("members", HOSTILE, ids=lambda members: ascii(members)[:40])
def test_what_is_not_as_the_schema_has_it_is_counted_as_flawed_alone(members: dict[str, Any]) -> None:
    metrics = Metrics()
    metrics.count({**event(1), **members}, NOW_S)
    assert metrics.flawed == 1
    assert not list(metrics.samples(NOW_S))


@pytest.mark.parametrize("members", HOSTILE, ids=lambda members: ascii(members)[:40])
def test_a_line_is_made_of_any_event(members: dict[str, Any]) -> None:
    hostile = {**event(1), "timestamp": "2026-11-23T05:52:24.123Z", **members}
    assert run_line(hostile)[0].startswith("05:52:24 ")
    assert error_line({**hostile, "category": [1], "severity": None})[0].startswith("05:52:24 ?")


def test_what_a_kind_needs_has_to_be_there() -> None:
    assert is_countable(event(1))
    assert not any(is_countable({k: v for k, v in event(1).items() if k != gone}) for gone in event(1))
