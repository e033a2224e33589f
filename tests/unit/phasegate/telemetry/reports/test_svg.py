from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasegate.telemetry.reports.chart import Band, Bar, Limit, Line, Mark, ShareChart, TimeChart
from phasegate.telemetry.reports.svg import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    draw_shares,
    draw_times,
    value_text,
)

DAY_S = 86400.0


def chart(*values: float | None, **changes: object) -> TimeChart:
    points = tuple((3600.0 * number, value) for number, value in enumerate(values))
    return TimeChart(
        **{
            "key": "k",
            "title": "T",
            "unit": "s",
            "since_s": 0.0,
            "until_s": DAY_S,
            "lines": (Line("l", points),),
            **changes,
        }
    )  # type: ignore[arg-type]


def circles(drawn: str) -> list[dict[str, float]]:
    root = ET.fromstring(drawn)
    low, high = (float(root.attrib[name]) for name in ("data-low", "data-high"))
    found = []
    for circle in root.iter("circle"):
        share = (HEIGHT - BOTTOM - float(circle.attrib["cy"])) / (HEIGHT - BOTTOM - TOP)
        across = (float(circle.attrib["cx"]) - LEFT) / (WIDTH - RIGHT - LEFT)
        found.append({
            "value": float(circle.attrib["data-value"]), "seen": low + share * (high - low), "at": float(circle.attrib["data-at"]),
            "across": across * DAY_S, "grain": (high - low) / (HEIGHT - BOTTOM - TOP),
        })  # fmt: skip
    return found


@given(st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=24))
def test_each_point_stands_where_its_value_and_its_time_are(values: list[float]) -> None:
    for each in circles(draw_times(chart(*values))):
        assert abs(each["seen"] - each["value"]) <= each["grain"]
        assert abs(each["across"] - each["at"]) <= DAY_S / (WIDTH - LEFT - RIGHT)


def test_a_line_is_interrupted_where_there_was_nothing() -> None:
    drawn = draw_times(chart(1.0, 2.0, None, 3.0))
    assert drawn.count("<polyline") == 2
    assert len(circles(drawn)) == 3


def test_bands_limits_and_marks_are_drawn_with_their_names() -> None:
    drawn = draw_times(
        chart(
            1.0,
            bands=(Band("between", ((0.0, (0.5, 1.5)), (3600.0, (0.6, 1.6)))),),
            limits=(Limit("promised", 2.0),),
            marks=(Mark(7200.0, "1.1.0 in canary"), Mark(9000.0, "rolled back", is_bad=True)),
        )
    )
    root = ET.fromstring(drawn)
    titles = {title.text for title in root.iter("title")}
    assert {"T", "between", "promised: 2 s"} <= titles
    assert any((title or "").startswith("1.1.0 in canary, 1970-01-01 02:00") for title in titles)
    assert [line.attrib["class"] for line in root.iter("line") if "mark" in line.attrib["class"]] == [
        "mark",
        "mark bad",
    ]


def test_a_logarithmic_scale_shows_powers_of_ten() -> None:
    drawn = draw_times(chart(0.01, 1.0, 1000.0, is_logarithmic=True, unit=""))
    assert re.search(r'data-low="0.01" data-high="1000"', drawn)


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a" * 5000]
)
def test_hostile_names_are_text(hostile: str) -> None:
    shares = draw_shares(ShareChart("s", hostile, (Bar(hostile, 1, 1.0, 0.5),)))
    times = draw_times(chart(1.0, title=hostile, marks=(Mark(0.0, hostile),), limits=(Limit(hostile, 1.0),)))
    for drawn in (shares, times):
        root = ET.fromstring(drawn)
        assert {element.tag for element in root.iter()} <= {
            "svg",
            "title",
            "line",
            "text",
            "rect",
            "polyline",
            "circle",
            "polygon",
        }


def test_shares_are_as_wide_as_they_are_large() -> None:
    root = ET.fromstring(draw_shares(ShareChart("s", "T", (Bar("a", 3, 0.75), Bar("b", 1, 0.25)))))
    wide, narrow = (float(rect.attrib["width"]) for rect in root.iter("rect"))
    assert wide == pytest.approx(3 * narrow, rel=0.01)


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.0123, "%", "1.23%"),
        (0.5, "%", "50.0%"),
        (1234.5, "s", "1,234 s"),
        (0.1234, "s", "0.123 s"),
        (3.0, "", "3"),
    ],
)
def test_values_are_told_shortly(value: float, unit: str, told: str) -> None:
    assert value_text(value, unit) == told
