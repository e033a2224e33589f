"""What is known of an incident: from the ledger, from the alerts, from the logs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.ledger.chain import read_operations
from phasegate.rollout.incidents import Entry, Incident, entries_of
from phasegate.rollout.reading.watching import plugin_name
from phasegate.rollout.watching.monitor import BOARD, RUNBOOKS, load_book
from phasegate.telemetry.alerts.board import load_board
from phasegate.telemetry.alerts.states import Phase
from phasegate.telemetry.judge.observing import doubts_about
from phasegate.telemetry.reports.document import share_text
from phasegate.telemetry.severity import Severity
from phasegate.telemetry.sources.opening import open_reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phasegate.rollout.desk import Desk
    from phasegate.telemetry.alerts.rule import RuleBook
    from phasegate.telemetry.alerts.states import Alert
    from phasegate.telemetry.reading import Reading, Window

MONITORING = "monitoring"


def gather_incident(desk: Desk, window: Window, title: str, severity: str | None) -> Incident:
    """The incident as far as it is known; `title` and `severity` go before what the alerts say.

    Raises:
        PhasegateError: `usage` where neither says what it is, and what `observe`, `plugin_name` and `load_book` raise.
    """
    world, git = desk.observe(), desk.repository.git
    plugin, book = plugin_name(git, world, desk.config), load_book(desk)
    board, wrong = load_board(desk.repository.state_folder / BOARD)
    if wrong:
        desk.say(wrong)
    alerts = [a for a in board.alerts if a.phase in (Phase.FIRING, Phase.RESOLVED) and a.fired_s is not None]
    if not title and not alerts:
        raise PhasegateError(
            ErrorCode.USAGE,
            "No alert has fired, so nothing says what the incident is.",
            hint="Say it: --title TITLE.",
        )
    entries = [e for e in entries_of(read_operations(git, world.ledger_head)) if e.at_s >= window.since_s]
    with open_reading(desk.config.telemetry.logs, plugin, window) as reading:
        seen = [*_alert_words(book, alerts), *_figures(reading)]
        entries += [*_alert_entries(alerts), *_error_entries(reading)]
    return Incident(
        title=title or _summary(book, alerts[0]),
        reason="",
        withdrawn=world.state.withdrawn,
        timeline=entries,
        severity=severity or _worst(alerts),
        seen=seen,
        runbooks=tuple(dict.fromkeys(f"{RUNBOOKS}#{_runbook(book, alert)}" for alert in alerts)),
    )


def _worst(alerts: Sequence[Alert]) -> str:
    found = {alert.severity for alert in alerts}
    return next((severity.value for severity in Severity if severity in found), "")


def _alert_words(book: RuleBook, alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        about = ", ".join(f"{name} {value}" for name, value in alert.labels)
        yield f"{alert.rule} ({alert.severity.value}): {_summary(book, alert)}; {about}"


def _alert_entries(alerts: Sequence[Alert]) -> Iterator[Entry]:
    for alert in alerts:
        yield Entry(alert.fired_s or alert.since_s, MONITORING, f"{alert.fingerprint} fires")
        if alert.resolved_s is not None:
            yield Entry(alert.resolved_s, MONITORING, f"{alert.fingerprint} is resolved")


def _figures(reading: Reading) -> Iterator[str]:
    for group in reading.groups(("version",)):
        runs = group.runs
        yield (
            f"{group.key['version']}: {runs.served} runs served, {share_text(runs.error_rate)} failed, "
            f"{share_text(runs.over_budget_rate)} over budget"
        )
    yield from doubts_about(reading.intake)
    if not reading.intake.events:
        yield "the logs hold no event of this time"


def _error_entries(reading: Reading) -> Iterator[Entry]:
    """The first error of each kind on each version, and how many there were."""
    from phasegate.telemetry.logs.line import microseconds

    first: dict[tuple[str, str], float] = {}
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for event in reading.errors():
        key = (str(event.get("version", "")), str(event.get("category", "")))
        counts[key] += 1
        first.setdefault(key, (microseconds(event["timestamp"]) or 0) / 1e6)
    for (version, category), at_s in first.items():
        yield Entry(
            at_s, MONITORING, f"the first of {counts[version, category]} errors {category} on {version}"
        )


def _summary(book: RuleBook, alert: Alert) -> str:
    return next((rule.summary for rule in book.rules if rule.name == alert.rule), alert.rule)


def _runbook(book: RuleBook, alert: Alert) -> str:
    return next((rule.runbook for rule in book.rules if rule.name == alert.rule), "")
