"""A report as one HTML page: no script, nothing fetched, for light and dark screens, for paper, keyboards and screen readers."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from phasegate.telemetry.reports.chart import TimeChart
from phasegate.telemetry.reports.document import Table
from phasegate.telemetry.reports.svg import draw_shares, draw_times, shown, time_text, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.telemetry.reports.chart import ShareChart
    from phasegate.telemetry.reports.document import Document, Section

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What the page may load: nothing but its own style."""

_MANY_ROWS = 20
"""A longer table is folded away."""


def write_page(document: Document) -> str:
    """The document as an HTML page."""
    style = (files("phasegate.telemetry.reports") / "page.css").read_text(encoding="utf-8")
    links = "".join(f'<li><a href="#{shown(s.key)}">{shown(s.title)}</a></li>' for s in document.sections)
    return "".join([
        "<!DOCTYPE html>\n",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<link rel="icon" href="data:,">',
        f"<title>{shown(document.title)}, {shown(document.about)}</title>",
        f"<style>{style}</style></head><body>",
        '<a class="skip" href="#content">Skip to the content</a>',
        f'<header><h1>{shown(document.title)}</h1><p class="about">{shown(document.about)}</p>',
        f'<nav aria-label="Sections"><ul>{links}</ul></nav></header>',
        '<main id="content">',
        *map(_write_section, document.sections),
        "</main></body></html>\n",
    ])  # fmt: skip


def _write_section(section: Section) -> str:
    key = shown(section.key)
    parts = [f'<section aria-labelledby="{key}"><h2 id="{key}">{shown(section.title)}</h2>']
    parts += [f"<p>{shown(sentence)}</p>" for sentence in section.sentences]
    parts += [_write_chart(chart) for chart in section.charts]
    if section.table is not None:
        drawn = _write_table(section.table, section.title)
        rows = len(section.table.rows)
        parts.append(
            f"<details><summary>{rows} rows</summary>{drawn}</details>" if rows > _MANY_ROWS else drawn
        )
    return "".join([*parts, "</section>"])


def _write_chart(chart: TimeChart | ShareChart) -> str:
    caption = f"<figcaption>{shown(chart.title)}</figcaption>"
    if chart.is_empty:
        return f'<figure>{caption}<p class="nothing">There is nothing to show for this time.</p></figure>'
    if not isinstance(chart, TimeChart):
        table = Table(
            ("Part", "Count", "Share"), tuple((b.name, str(b.count), f"{b.share:.1%}") for b in chart.bars)
        )
        return f"<figure>{caption}{_scrolled(draw_shares(chart), f'{chart.title}: plot')}{_write_values(table, chart.title)}</figure>"
    legend = "".join(_write_legend(chart))
    drawn = f'{_scrolled(draw_times(chart), f"{chart.title}: plot")}<ul class="legend">{legend}</ul>'
    return f"<figure>{caption}{drawn}{_write_values(_values_of(chart), chart.title)}</figure>"


def _write_legend(chart: TimeChart) -> Iterator[str]:
    swatch = (
        '<svg viewBox="0 0 44 16" aria-hidden="true"><line class="{}" x1="0" x2="44" y1="8" y2="8"/></svg>'
    )
    for number, line in enumerate(chart.lines):
        yield f"<li>{swatch.format(f'line s{number}')} {shown(line.name)}</li>"
    for limit in chart.limits:
        yield f"<li>{swatch.format('limit')} {shown(limit.name)}: {value_text(limit.value, chart.unit)}</li>"
    yield from (f"<li>{shown(band.name)}: the shaded band</li>" for band in chart.bands)


def _values_of(chart: TimeChart) -> Table:
    """The plot's values as a table, for whoever cannot see the plot; times without any are left out."""
    times = sorted({at_s for line in chart.lines for at_s, value in line.points if value is not None})
    lines = [dict(line.points) for line in chart.lines]
    rows = tuple(
        (time_text(at_s), *(_cell(points.get(at_s), chart.unit) for points in lines)) for at_s in times
    )
    return Table(("Time (UTC)", *(line.name for line in chart.lines)), rows)


def _cell(value: float | None, unit: str) -> str:
    return "" if value is None else value_text(value, unit)


def _write_values(table: Table, title: str) -> str:
    return f"<details><summary>The values</summary>{_write_table(table, title)}</details>"


def _write_table(table: Table, title: str) -> str:
    if not table.rows:
        return '<p class="nothing">There is nothing to show for this time.</p>'
    head = "".join(f'<th scope="col">{shown(heading)}</th>' for heading in table.headings)
    rows = "".join(
        f'<tr><th scope="row">{shown(row[0])}</th>{"".join(f"<td>{shown(cell)}</td>" for cell in row[1:])}</tr>'
        for row in table.rows
    )
    drawn = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return _scrolled(drawn, f"{title}: table")


def _scrolled(drawn: str, name: str) -> str:
    """What may be wider than a small screen, with a name, and in reach of the keyboard."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{shown(name)}">{drawn}</div>'
