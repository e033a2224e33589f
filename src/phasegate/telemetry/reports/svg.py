"""Plots as SVG, drawn here so that a page needs no script and no other file, prints, and can be read aloud. Pure.

Colours are classes, which the page's style sheet gives for light, for dark and for paper. Each point has its value as a
`<title>`, so that pointing at it says it.
"""

from __future__ import annotations

import math
from datetime import datetime, timezone
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Callable

from phasegate.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phasegate.telemetry.reports.chart import Band, Line, Mark, ShareChart, TimeChart

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 16, 42
_TICKS = 5
_TIME_STEPS_S = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400)
_MOST_TIMES = 9
_DAY_S = 86400
_DOTS = 60
"""A line of more points than that shows no dot for each."""

_MARK_ROWS, _MARK_HEIGHT, _LETTER = 6, 16, 6.5
"""Rows for the words of marks, their height, and how wide a letter of them is at most, on average."""

_BAR_HEIGHT, _BAR_GAP, _NAMES_WIDTH = 26, 8, 200


class _Scale:
    """From values to places; logarithmic where it is asked for and all values are above zero."""

    def __init__(
        self, low: float, high: float, begin: float, end: float, *, is_logarithmic: bool = False
    ) -> None:
        self._turn: Callable[[float], float] = math.log10 if is_logarithmic else float
        self._low, self._high = self._turn(low), self._turn(high)
        self._begin, self._end = begin, end

    def __call__(self, value: float) -> float:
        share = (self._turn(value) - self._low) / ((self._high - self._low) or 1)
        return round(self._begin + share * (self._end - self._begin), 1)


def shown(text: str) -> str:
    """`text` as a page shows it: as it is, without effect, and with what cannot be seen, or turns writing round, by its code."""
    return escape(printable(text))


def draw_times(chart: TimeChart) -> str:
    """The plot of quantities over time."""
    low, high, ticks = _value_axis(list(chart.values()), is_logarithmic=chart.is_logarithmic)
    along = _Scale(chart.since_s, chart.until_s, LEFT, WIDTH - RIGHT)
    down = _Scale(low, high, HEIGHT - BOTTOM, TOP, is_logarithmic=chart.is_logarithmic)

    def across(at_s: float) -> float:  # the first step may begin before the time that is shown
        return along(min(max(at_s, chart.since_s), chart.until_s))

    def clipped(value: float) -> float:
        return down(min(max(value, low), high))

    parts = [
        *_value_grid(ticks, down, chart.unit),
        *_time_grid(chart, across),
        *(
            part
            for number, band in enumerate(chart.bands)
            for part in _draw_band(band, number, across, clipped)
        ),
        *(
            f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{clipped(limit.value)}" y2="{clipped(limit.value)}">'
            f"<title>{shown(limit.name)}: {value_text(limit.value, chart.unit)}</title></line>"
            for limit in chart.limits
        ),
        *(
            part
            for number, line in enumerate(chart.lines)
            for part in _draw_line(line, number, chart, across, clipped)
        ),
        *_draw_marks(chart.marks, across),
    ]
    axes = f'data-since="{chart.since_s:.0f}" data-until="{chart.until_s:.0f}" data-low="{low:g}" data-high="{high:g}"'
    height = HEIGHT + (_MARK_ROWS - 1) * _MARK_HEIGHT * bool(chart.marks)
    return _figure(chart.key, chart.title, height, axes, parts)


def draw_shares(chart: ShareChart) -> str:
    """The plot of a whole that is shared out: a bar a part, and a line where its share was expected."""
    height = len(chart.bars) * (_BAR_HEIGHT + _BAR_GAP) + _BAR_GAP
    across = _Scale(0.0, 1.0, _NAMES_WIDTH, WIDTH - 110)
    parts = []
    for number, bar in enumerate(chart.bars):
        top = _BAR_GAP + number * (_BAR_HEIGHT + _BAR_GAP)
        middle, end = top + _BAR_HEIGHT * 0.7, across(bar.share)
        box = f'x="{_NAMES_WIDTH}" y="{top}" width="{max(end - _NAMES_WIDTH, 1):.1f}" height="{_BAR_HEIGHT}"'
        said = f"<title>{shown(bar.name)}: {bar.count} ({bar.share:.1%})</title>"
        name, place = shown(_cut(bar.name)), f'x="{_NAMES_WIDTH - 10}" y="{middle:.1f}" text-anchor="end"'
        parts += [
            f'<text class="name" {place}>{name}</text>',
            f'<rect class="bar" {box} data-share="{bar.share:.6f}">{said}</rect>',
            f'<text class="value" x="{end + 8:.1f}" y="{middle:.1f}">{bar.share:.1%}</text>',
        ]
        if bar.expected is not None:
            at = across(bar.expected)
            line = f'<line class="limit" x1="{at}" x2="{at}" y1="{top - 3}" y2="{top + _BAR_HEIGHT + 3}">'
            parts.append(f"{line}<title>expected: {bar.expected:.0%}</title></line>")
    return _figure(chart.key, chart.title, height, "", parts)


def value_text(value: float, unit: str) -> str:
    """A value with its unit, as short as it can be told."""
    if unit == "%":
        return f"{value:.2%}" if value < 0.1 else f"{value:.1%}"
    text = f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{text} {unit}".strip()


def time_text(at_s: float, *, with_time: bool = True) -> str:
    """An instant, UTC."""
    moment = datetime.fromtimestamp(at_s, tz=timezone.utc)
    return moment.strftime("%Y-%m-%d %H:%M" if with_time else "%Y-%m-%d")


def _figure(key: str, title: str, height: float, axes: str, parts: Sequence[str]) -> str:
    return (
        f'<svg id="{shown(key)}" viewBox="0 0 {WIDTH} {height:g}" role="img" aria-labelledby="{shown(key)}-title" {axes}>'
        f'<title id="{shown(key)}-title">{shown(title)}</title>{"".join(parts)}</svg>'
    )


def _value_axis(values: Sequence[float], *, is_logarithmic: bool) -> tuple[float, float, list[float]]:
    """The lowest and the highest value that are shown, and those that are written at the axis."""
    if is_logarithmic:
        positive = [value for value in values if value > 0] or [1.0]
        low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
        low, high = max(low, -6), max(high, max(low, -6) + 1)
        each = max(1, math.ceil((high - low) / _TICKS))
        return 10.0**low, 10.0**high, [10.0**power for power in range(low, high + 1, each)]
    highest = max(values, default=1.0) or 1.0
    step = _nice(highest / _TICKS)
    count = math.ceil(highest / step)
    return 0.0, step * count, [step * number for number in range(count + 1)]


def _nice(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= step * 0.999)


def _value_grid(ticks: Sequence[float], down: _Scale, unit: str) -> Iterator[str]:
    for tick in ticks:
        place = down(tick)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{place}" y2="{place}"/>'
        yield f'<text class="tick" x="{LEFT - 8}" y="{place + 4}" text-anchor="end">{shown(value_text(tick, unit))}</text>'


def _time_grid(chart: TimeChart, across: Callable[[float], float]) -> Iterator[str]:
    span_s = chart.until_s - chart.since_s
    step_s = next((s for s in _TIME_STEPS_S if span_s / s <= _MOST_TIMES), 30 * _DAY_S)
    at_s = math.ceil(chart.since_s / step_s) * step_s
    while at_s <= chart.until_s:
        place = across(at_s)
        moment = datetime.fromtimestamp(at_s, tz=timezone.utc)
        words = moment.strftime("%d %b" if step_s >= _DAY_S or at_s % _DAY_S == 0 else "%H:%M")
        yield f'<line class="grid" x1="{place}" x2="{place}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        yield f'<text class="tick" x="{place}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{words}</text>'
        at_s += step_s


def _draw_band(
    band: Band, number: int, across: Callable[[float], float], down: Callable[[float], float]
) -> Iterator[str]:
    for is_there, run in groupby(band.points, key=lambda point: point[1] is not None):
        points = [(across(at_s), limits) for at_s, limits in run if limits is not None]
        if is_there:
            upper = [f"{place},{down(high)}" for place, (_, high) in points]
            lower = [f"{place},{down(low)}" for place, (low, _) in reversed(points)]
            yield f'<polygon class="band s{number}" points="{" ".join(upper + lower)}"><title>{shown(band.name)}</title></polygon>'


def _draw_line(
    line: Line,
    number: int,
    chart: TimeChart,
    across: Callable[[float], float],
    down: Callable[[float], float],
) -> Iterator[str]:
    for is_there, run in groupby(line.points, key=lambda point: point[1] is not None):
        points = [(at_s, value) for at_s, value in run if value is not None]
        if is_there:
            places = " ".join(f"{across(at_s)},{down(value)}" for at_s, value in points)
            yield f'<polyline class="line s{number}" points="{places}"/>'
    known = [(at_s, value) for at_s, value in line.points if value is not None]
    radius = 3 if len(known) <= _DOTS else 1.5
    for at_s, value in known:
        words = f"{line.name}, {time_text(at_s)}: {value_text(value, chart.unit)}"
        yield (
            f'<circle class="dot s{number}" cx="{across(at_s)}" cy="{down(value)}" r="{radius}" data-at="{at_s:.0f}"'
            f' data-value="{value:.9g}"><title>{shown(words)}</title></circle>'
        )


def _draw_marks(marks: Sequence[Mark], across: Callable[[float], float]) -> Iterator[str]:
    """A line each, and its words below in the first row that has room; where none has, the line's title says it alone."""
    ends = [0.0] * _MARK_ROWS
    for mark in marks:
        place, kind, words = across(mark.at_s), "mark bad" if mark.is_bad else "mark", _cut(mark.text)
        yield f'<line class="{kind}" x1="{place}" x2="{place}" y1="{TOP}" y2="{HEIGHT - BOTTOM}">'
        yield f"<title>{shown(mark.text)}, {time_text(mark.at_s)}</title></line>"
        width = _LETTER * len(printable(words))
        begin = min(max(place - width / 2, 0.0), WIDTH - width)
        row = next((number for number, end in enumerate(ends) if begin >= end), None)
        if row is not None:
            ends[row] = begin + width + _LETTER
            at = f'x="{begin + width / 2:.1f}" y="{HEIGHT - 8 + row * _MARK_HEIGHT}" text-anchor="middle"'
            yield f'<text class="{kind}" {at}>{shown(words)}</text>'


def _cut(text: str, most: int = 28) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
