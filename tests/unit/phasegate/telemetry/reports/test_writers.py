"""Documents, Markdown, pages and terminals: what people read of a report."""

from __future__ import annotations

import io
from html.parser import HTMLParser

import pytest
from rich.console import Console

from fixtures.reports import make, nothing
from phasegate.telemetry.reading import Audience, Group, Intake
from phasegate.telemetry.reports.chart import Mark
from phasegate.telemetry.reports.document import Table, document_of
from phasegate.telemetry.reports.markdown import write_markdown
from phasegate.telemetry.reports.page import write_page
from phasegate.telemetry.reports.report import Report, Setting
from phasegate.telemetry.reports.terminal import print_document

HOSTILE = '<script>x</script>"><img src=x onerror=y>|`*_\x1b[31m\u202e'
EVIDENCE = {
    "ruling": "hold",
    "reasons": ["too few"],
    "trails": [{"rule": "error-rate", "threshold": 100.0, "points": [[1.0, 0.5], [2.0, 3.0]]}],
}


def hostile() -> Report:
    key = dict.fromkeys(("command", "mode", "format", "version"), HOSTILE)
    runs = make().totals
    return make(
        plugin=HOSTILE,
        table=(Group(key, runs),),
        modes=(Group({"mode": HOSTILE}, runs),),
        audience=(Audience(HOSTILE, 1, 1, 1, 1, 0.0),),
        intake=Intake(missing=(HOSTILE,), unreadable=(HOSTILE,), events=1),
        setting=Setting(
            HOSTILE, None, {HOSTILE: HOSTILE}, (Mark(make().window.since_s, HOSTILE, is_bad=True),)
        ),
    )


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    return parser.seen


def printed(report: Report, width: int, *, colour: bool = False) -> str:
    stream = io.StringIO()
    print_document(
        Console(file=stream, width=width, force_terminal=colour, no_color=not colour), document_of(report)
    )
    return stream.getvalue()


@pytest.mark.parametrize(
    "report",
    [make(), make(evidence=EVIDENCE), nothing(), hostile()],
    ids=["much", "judged", "nothing", "hostile"],
)
def test_a_page_loads_nothing_and_runs_nothing(report: Report) -> None:
    page = write_page(document_of(report))
    seen = tags(page)
    assert not {"script", "img", "iframe", "object", "embed"} & {tag for tag, _ in seen}
    assert not any(name.startswith("on") for _, attributes in seen for name in attributes)
    assert {
        value
        for _, attributes in seen
        for name, value in attributes.items()
        if name in ("src", "href") and not (value or "").startswith("#")
    } == {"data:,"}
    assert "default-src 'none'" in page


def test_every_plot_has_a_name_and_its_values_as_a_table() -> None:
    seen = tags(write_page(document_of(make(evidence=EVIDENCE))))
    plots = [attributes for tag, attributes in seen if tag == "svg" and "role" in attributes]
    assert len(plots) == 6
    assert all(attributes["aria-labelledby"] for attributes in plots)
    assert sum(tag == "details" for tag, _ in seen) >= len(plots)


def test_a_page_without_anything_says_so() -> None:
    page = write_page(document_of(nothing()))
    assert "There were no runs in this time." in page
    assert page.count("There is nothing to show for this time.") >= 4


def test_markdown_keeps_each_cell_in_its_place_whatever_it_holds() -> None:
    text = write_markdown(document_of(hostile()))
    rows = [line for line in text.splitlines() if line.startswith("| ") and "script" in line]
    assert rows
    assert all("<script>" not in row.replace("\\<", "") for row in rows)
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("report", [make(), nothing(), hostile()], ids=["much", "nothing", "hostile"])
def test_a_terminal_gets_no_line_wider_than_it_is_and_no_command(report: Report, width: int) -> None:
    text = printed(report, width)
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_what_names_a_row_is_one_cell_where_the_terminal_is_narrow() -> None:
    assert "status default json 1.0.0" in printed(make(), 80)
    table = Table(("A", "B", "C"), (("1", "2", "3"),), names=2)
    assert table.narrow() == Table(("A", "C"), (("1 2", "3"),))


def test_the_rollback_that_did_not_reach_everybody_is_told() -> None:
    assert "Active installs still on it" in write_markdown(document_of(make()))
