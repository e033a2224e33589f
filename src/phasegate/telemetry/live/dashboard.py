"""The dashboard of a plugin in use, drawn for a terminal of any width, with colours or without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.alerts.states import Phase
from phasegate.telemetry.live.lines import NEARLY, Tone
from phasegate.telemetry.reports.document import seconds_text, share_text
from phasegate.telemetry.reports.svg import time_text
from phasegate.telemetry.reports.validation import LIMITS_S, MODES, MOST_ERRORS
from phasegate.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from rich.table import Table as RichTable
    from rich.text import Text

    from phasegate.telemetry.alerts.states import Alert
    from phasegate.telemetry.reports.report import Report

_BLOCKS = " ▁▂▃▄▅▆▇█"
_DIGITS = " 123456789"
_LONGEST_NAME = 40
"""What names a row is cut to so many columns."""

_SIDE_BY_SIDE = 120
"""From that many columns on the tables stand side by side."""

_ALERT_TONES = {
    Phase.FIRING: Tone.BAD,
    Phase.PENDING: Tone.WARNING,
    Phase.RESOLVED: Tone.GOOD,
    Phase.NO_DATA: Tone.FAINT,
}


@dataclass(frozen=True)
class Snapshot:
    """What the dashboard shows.

    Attributes:
        at_s: when it was taken, seconds since 1970.
        report: the last hours.
        alerts: the alerts.
        rollout: what the ledger says of the rollout, in sentences.
        doubts: what could not be read or told, in sentences.
        untold: those of them about notices that could not be sent.
    """

    at_s: float
    report: Report
    alerts: Sequence[Alert]
    rollout: Sequence[str]
    doubts: Sequence[str] = ()
    untold: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """The same for scripts."""
        alerts = [alert.as_json() for alert in self.alerts]
        return {
            **self.report.as_json(),
            "alerts": alerts,
            "rollout": list(self.rollout),
            "doubts": list(self.doubts),
        }


def draw(snapshot: Snapshot, width: int, *, has_unicode: bool = True) -> RenderableType:
    """The dashboard for a terminal of `width` columns; `has_unicode`: whether it can show more than ASCII."""
    from rich.columns import Columns
    from rich.console import Group
    from rich.table import Table

    tables = [_figures(snapshot.report), _modes(snapshot.report), _versions(snapshot.report)]
    body: list[RenderableType] = [Columns(tables, padding=(0, 4))] if width >= _SIDE_BY_SIDE else list(tables)
    alerts = list(_alerts(snapshot))
    for table in (each for each in (*tables, *alerts) if isinstance(each, Table)):
        for column in table.columns:
            column.no_wrap, column.overflow = True, "ellipsis" if has_unicode else "crop"
    return Group(  # a small terminal shows its beginning: what is urgent comes first
        *_head(snapshot),
        *alerts,
        _text(""),
        *body,
        *_trends(snapshot.report, _BLOCKS if has_unicode else _DIGITS, width),
    )


def _head(snapshot: Snapshot) -> Iterator[Text]:
    report = snapshot.report
    hours = (report.window.until_s - report.window.since_s) / 3600
    yield _text(
        f"{report.plugin} in use, the last {hours:g} hours, at {time_text(snapshot.at_s)} UTC", "bold"
    )
    for sentence in snapshot.rollout:
        yield _text(sentence)
    for doubt in snapshot.doubts:
        yield _text(f"! {doubt}", Tone.BAD.value)
    intake = report.intake
    if not intake.events:
        yield _text("! there is no event in this time", Tone.WARNING.value)
    if intake.rejected:
        yield _text(f"! {intake.rejected} lines are no events", Tone.WARNING.value)
    yield _text("")


def _figures(report: Report) -> RenderableType:
    default = next((group.runs for group in report.modes if group.key["mode"] == "default"), None)
    table = _table("Measure", "Value", "Limit")
    for name, limit_s in LIMITS_S.items():
        value = getattr(default, f"{name}_s") if default else None
        table.add_row(f"{name}, mode default", _toned(seconds_text(value), value, limit_s), f"{limit_s:g} s")
    rate = report.totals.error_rate
    table.add_row("error rate", _toned(share_text(rate), rate, MOST_ERRORS), share_text(MOST_ERRORS))
    table.add_row("over budget", share_text(report.totals.over_budget_rate), "")
    table.add_row("runs", str(report.totals.total), "")
    table.add_row("active installs", str(report.installs), "")
    return table


def _modes(report: Report) -> RenderableType:
    counts = {group.key["mode"]: group.runs.served for group in report.modes}
    served = sum(counts.values())
    table = _table("Mode", "Share", "Expected")
    for mode, expected in MODES.items():
        table.add_row(mode, share_text(counts.get(mode, 0) / served if served else None), f"{expected:.0%}")
    return table


def _versions(report: Report) -> RenderableType:
    table = _table("Version", "Installs", "Failed")
    rates = {group.key["version"]: group.runs.error_rate for group in report.versions}
    withdrawn = report.setting.withdrawn or {}
    for each in report.audience:
        name = f"{each.version} (withdrawn)" if each.version in withdrawn else each.version
        style = Tone.BAD.value if each.version in withdrawn and each.latest else ""
        table.add_row(_text(name, style), str(each.latest), share_text(rates.get(each.version)))
    return table


def _trends(report: Report, blocks: str, width: int) -> Iterator[Text]:
    known = {bucket.at_s: bucket.runs for bucket in report.timeline}
    first = int(report.window.since_s // report.step_s) * report.step_s
    steps = [known.get(at_s) for at_s in range(first, int(report.window.until_s) + 1, report.step_s)]
    room = max(width - 24, 10)
    for name, values in (
        ("runs", [float(runs.total) if runs else 0.0 for runs in steps]),
        ("p95", [(runs.p95_s or 0.0) if runs else 0.0 for runs in steps]),
        ("error rate", [(runs.error_rate or 0.0) if runs else 0.0 for runs in steps]),
    ):
        yield _text(f"{name:<12}{_spark(values[-room:], blocks)}")


def _spark(values: Sequence[float], blocks: str) -> str:
    most = max(values, default=0.0)
    last = len(blocks) - 1
    return "".join(blocks[0 if not value else max(1, round(value / most * last))] for value in values)


def _alerts(snapshot: Snapshot) -> Iterator[RenderableType]:
    shown = [alert for alert in snapshot.alerts if alert.phase is not Phase.NO_DATA]
    silent = len(snapshot.alerts) - len(shown)
    if not shown:
        yield _text(f"No alert is firing; {_without_data(silent)}" if silent else "No alert is firing.")
        return
    table = _table("Alert", "Severity", "State", "Since")
    for alert in shown:
        about = ", ".join(value for _, value in alert.labels)
        tone = _ALERT_TONES[alert.phase].value
        state = _text(alert.phase.value, tone)
        table.add_row(_text(f"{alert.rule} ({about})"), alert.severity.value, state, time_text(alert.since_s))
    yield table
    if silent:
        yield _text(_without_data(silent), Tone.FAINT.value)


def _without_data(rules: int) -> str:
    return "1 rule has no data." if rules == 1 else f"{rules} rules have no data."


def _table(*headings: str) -> RichTable:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, max_width=None if number else _LONGEST_NAME)
    return table


def _toned(words: str, value: float | None, limit: float) -> Text:
    if value is None:
        return _text(words, Tone.FAINT.value)
    tone = Tone.BAD if value > limit else Tone.WARNING if value > NEARLY * limit else Tone.GOOD
    return _text(words, tone.value)


def _text(words: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(printable(words), style=style)
