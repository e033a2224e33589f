"""A report in the order in which it is read: sections of sentences, tables and plots, whatever they are written in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.telemetry.reports.charts import (
    chart_errors,
    chart_evidence,
    chart_formats,
    chart_latency,
    chart_modes,
    chart_versions,
)
from phasegate.telemetry.reports.svg import time_text, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.telemetry.reading import Group
    from phasegate.telemetry.reports.chart import ShareChart, TimeChart
    from phasegate.telemetry.reports.report import Report

NOTHING = "-"
READ = "read"
"""The key of the section that names the files that were read."""


@dataclass(frozen=True)
class Table:
    """Rows under headings; every row has as many cells as there are headings, the first `names` of which name the row."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1

    def narrow(self) -> Table:
        """The same with one cell to name each row."""
        joined = (self.headings[0], *self.headings[self.names :])
        return Table(joined, tuple((" ".join(row[: self.names]), *row[self.names :]) for row in self.rows))


@dataclass(frozen=True)
class Section:
    """A heading, sentences, and what belongs to them."""

    key: str
    title: str
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    charts: tuple[TimeChart | ShareChart, ...] = ()


@dataclass(frozen=True)
class Document:
    """A title, what it is about, and sections."""

    title: str
    about: str
    sections: tuple[Section, ...]


def document_of(report: Report) -> Document:
    """The report as people read it."""
    return Document(
        title=f"{report.plugin} in use",
        about=f"{time_text(report.window.since_s)} to {time_text(report.window.until_s)}, UTC",
        sections=(
            Section("summary", "Summary", tuple(_summary(report)), _figures(report)),
            Section("latency", "Latency", (), None, (chart_latency(report),)),
            Section("errors", "Errors", tuple(_errors(report)), None, (chart_errors(report),)),
            Section("commands", "Commands", (), _commands(report)),
            Section("usage", "Usage", tuple(_usage(report)), _usage_table(report), (chart_modes(report), chart_versions(report))),
            Section("rollout", "Rollout", tuple(_rollout(report)), _reach(report), (chart_formats(report), *chart_evidence(report))),
            Section(READ, "What was read", tuple(_intake(report))),
        ),
    )  # fmt: skip


def share_text(share: float | None) -> str:
    """A share, or that there is none."""
    return NOTHING if share is None else value_text(share, "%")


def seconds_text(seconds: float | None) -> str:
    """A duration, or that there is none."""
    return NOTHING if seconds is None else value_text(seconds, "s")


def _summary(report: Report) -> Iterator[str]:
    totals = report.totals
    if not totals.total:
        yield "There were no runs in this time."
        return
    yield f"{totals.total} runs, {totals.served} of them served; {share_text(totals.error_rate)} of these failed."
    yield f"{report.installs} installs were active."


def _figures(report: Report) -> Table:
    default = next((group.runs for group in report.modes if group.key["mode"] == "default"), None)
    quality = report.quality
    rows = [
        ("p50 in mode default", seconds_text(default.p50_s if default else None)),
        ("p95 in mode default", seconds_text(default.p95_s if default else None)),
        ("p99 in mode default", seconds_text(default.p99_s if default else None)),
        ("error rate", share_text(report.totals.error_rate)),
        ("over budget", share_text(report.totals.over_budget_rate)),
        ("refused requests", str(report.totals.refused)),
        ("starts that failed", f"{quality.not_started} of {quality.started + quality.not_started}"),
        ("probes that failed", f"{quality.failed_probes} of {quality.probes}"),
        (
            "server latency p50, p95",
            f"{seconds_text(quality.latency_p50_s)}, {seconds_text(quality.latency_p95_s)}",
        ),
        (
            "writing a format p50, p95",
            f"{seconds_text(quality.render_p50_s)}, {seconds_text(quality.render_p95_s)}",
        ),
        ("remembered values found", share_text(quality.cache_hit_rate)),
        ("satisfaction, 1 to 5", NOTHING if quality.satisfaction is None else f"{quality.satisfaction:.1f}"),
        ("documentation that is true", share_text(quality.documentation_accuracy)),
        ("health, of 100", NOTHING if report.health_score is None else f"{report.health_score:.0f}"),
    ]
    return Table(("Measure", "Value"), tuple(rows))


def _errors(report: Report) -> Iterator[str]:
    errors = report.quality.errors
    if errors:
        yield "; ".join(f"{category}: {count}" for category, count in sorted(errors.items())) + "."
    else:
        yield "No error was logged."


def _commands(report: Report) -> Table:
    headings = ("Command", "Mode", "Format", "Version", "Runs", "Failed", "Late", "p50", "p95", "p99")
    return Table(headings, tuple(_command_row(group) for group in report.table), names=4)


def _command_row(group: Group) -> tuple[str, ...]:
    runs = group.runs
    names = (group.key[column] for column in ("command", "mode", "format", "version"))
    times = (seconds_text(value) for value in (runs.p50_s, runs.p95_s, runs.p99_s))
    return (*names, str(runs.total), share_text(runs.error_rate), share_text(runs.over_budget_rate), *times)


def _usage(report: Report) -> Iterator[str]:
    named = {group.key["explicit"]: group.runs.total for group in report.explicit}
    total = sum(named.values())
    if total:
        yield (
            f"{named.get('true', 0)} of {total} runs named a mode or a format; "
            f"{named.get('false', 0)} were asked for as version 1 had it."
        )


def _usage_table(report: Report) -> Table:
    rows = (
        (
            each.version,
            str(each.installs),
            str(each.latest),
            str(each.users),
            str(each.sessions),
            time_text(each.last_at_s),
        )
        for each in report.audience
    )
    return Table(("Version", "Installs", "There now", "Users", "Sessions", "Last heard of"), tuple(rows))


def _rollout(report: Report) -> Iterator[str]:
    yield from (f"{time_text(mark.at_s)}: {mark.text}." for mark in report.setting.marks)
    if report.adoption is not None:
        yield f"{share_text(report.adoption)} of {report.installs} active installs have {report.setting.released}."
    if report.evidence is not None:
        yield f"The judge: {report.evidence['ruling']}."
        yield from (str(reason) for reason in report.evidence.get("reasons", ()))


def _reach(report: Report) -> Table | None:
    if not report.reach:
        return None
    rows = tuple((version, str(installs)) for version, installs in report.reach)
    return Table(("Withdrawn version", "Active installs still on it"), rows)


def _intake(report: Report) -> Iterator[str]:
    intake = report.intake
    yield f"{intake.events} events from {_counted(intake.files, 'file')} in {_counted(len(intake.folders), 'folder')}."
    noted = (
        (intake.rejected, "lines are no events, and were left out"),
        (intake.newer, "lines are of a newer schema, and were left out"),
        (intake.duplicates, "lines repeat an event, and were left out"),
        (intake.future, "events are from the future by the clock of whoever wrote them, and were left out"),
    )
    yield from (f"{count} {words}." for count, words in noted if count)
    yield from (f"Not there: {folder}." for folder in intake.missing)
    yield from (f"Not readable: {what}." for what in intake.unreadable)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
