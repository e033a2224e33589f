"""A line is an event, of a newer schema, rejected, or blank."""

from __future__ import annotations

import json
import math
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.telemetry.logs.line import Kind, microseconds, number, read_line

EVENT = {
    "schema": 1,
    "timestamp": "2026-09-21T14:13:20.250Z",
    "id": "a",
    "event": "command",
    "plugin": "rforge",
}


def kind_of(**members: Any) -> Kind:
    return read_line(json.dumps({**EVENT, **members}).encode()).kind


def test_an_event_tells_when_it_happened() -> None:
    line = read_line(json.dumps(EVENT).encode())
    assert (line.kind, line.at_us, line.event) == (Kind.EVENT, 1_790_000_000_250_000, EVENT)


@pytest.mark.parametrize("name", EVENT)
def test_an_event_without_one_of_its_marks_is_rejected(name: str) -> None:
    assert kind_of(**{name: None}) is Kind.REJECTED


@pytest.mark.parametrize(
    ("schema", "kind"),
    [(2, Kind.NEWER), (99, Kind.NEWER), (0, Kind.REJECTED), (True, Kind.REJECTED), ("2", Kind.REJECTED)],
)
def test_only_a_greater_number_is_a_newer_schema(schema: object, kind: Kind) -> None:
    assert kind_of(schema=schema) is kind


@given(st.binary())
def test_any_bytes_are_something(text: bytes) -> None:
    assert read_line(text).kind in {Kind.REJECTED, Kind.BLANK}


@given(st.datetimes(timezones=st.just(timezone.utc)).filter(lambda moment: moment.year > 999))
def test_timestamps_are_those_of_the_calendar(moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    assert microseconds(text) == round(moment.timestamp() * 1000) * 1000


@pytest.mark.parametrize(
    "text",
    ["2026-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "2026-01-01T24:00:00.000Z", "2026-01-01T00:60:00.000Z",
     "2026-01-01T00:00:60.000Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000", "0000-01-01T00:00:00.000Z", "", None, 5],
)  # fmt: skip
def test_what_is_no_time_of_ours_is_none(text: object) -> None:
    assert microseconds(text) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, True, "1", None, []])
def test_what_cannot_be_reckoned_with_is_no_number(value: object) -> None:
    assert number(value) is None
    assert number(2) == 2.0
