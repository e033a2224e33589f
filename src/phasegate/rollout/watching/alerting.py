"""Alerts of a plugin in use: evaluated as events come, remembered from run to run, told by severity."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any, Callable

from phasegate.gates.lock import locked
from phasegate.ledger.times import iso
from phasegate.notify.channel import NotifyError
from phasegate.notify.message import render
from phasegate.telemetry.alerts.board import Board, load_board, save_board
from phasegate.telemetry.alerts.states import Phase, evaluate
from phasegate.telemetry.metrics.recording import Recorder
from phasegate.telemetry.metrics.series import Store
from phasegate.telemetry.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from phasegate.notify.channel import Channel
    from phasegate.notify.message import Message
    from phasegate.telemetry.alerts.attention import Group, Silence
    from phasegate.telemetry.alerts.rule import Rule
    from phasegate.telemetry.alerts.states import Alert
    from phasegate.telemetry.metrics.counting import Sample

PAST_STEP_S = 60.0
"""How often the past is sampled, in seconds; the present is with every look."""

CLOCK_SLACK_S = 15.0
"""A clock that goes back by less is not worth a word, in seconds."""

ROUTES = {
    Severity.CRITICAL: ("file", "console", "apprise"),
    Severity.HIGH: ("file", "console", "apprise"),
    Severity.MEDIUM: ("file", "console"),
    Severity.LOW: ("file",),
}
"""Which channels hear of which severity."""


@dataclass(frozen=True)
class Look:
    """What one look at the alerts came to: the alerts, the notices that went out, and those that could not."""

    alerts: tuple[Alert, ...]
    told: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


@dataclass
class Alerting:
    """The alerts of a plugin.

    Attributes:
        rules: the rules.
        path: the file that remembers from run to run.
        channels: the ways out for notices.
        project: what notices call the repository.
        runbooks: the address of the page of runbooks.
        phase_of: a version → the phase that it is in, or an empty text.
        released: gives the series that say what is public.
        store: the series.
        board: what is remembered.
        doubts: what was wrong with that.
    """

    rules: Sequence[Rule]
    path: Path
    channels: Sequence[Channel]
    project: str
    runbooks: str
    phase_of: Callable[[str], str]
    released: Callable[[], Iterable[Sample]] = tuple
    store: Store = field(default_factory=Store)
    board: Board = field(default_factory=Board)
    doubts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._load()
        self._looked_s = 0.0
        self._recorder = Recorder(
            PAST_STEP_S, self._scraped, self.released, frozenset().union(*(r.labels for r in self.rules))
        )
        self._reach_s = max((rule.condition.reach_s for rule in self.rules), default=0.0)

    @property
    def flawed(self) -> int:
        """How many events could not be counted, for they lack what their kind needs."""
        return self._recorder.metrics.flawed

    def take(self, event: Mapping[str, Any], at_s: float) -> None:
        """Count an event; the next look sees it, whatever the clock of whoever wrote it said."""
        self._recorder.metrics.count(event, at_s)

    def catch_up(self, events: Iterable[tuple[float, Mapping[str, Any]]]) -> None:
        """Count the events of the past, oldest first, as if somebody had looked now and then.

        What is a level, such as who is active, says nothing about the past that a rule asks for.
        """
        for at_s, event in events:
            self._recorder.take(event, at_s, counted_only=True)

    def look(self, now_s: float, *, tell: bool = True) -> Look:
        """Evaluate every rule at `now_s`, remember the outcome, and tell what is due.

        What others remembered meanwhile, such as a silence, or what another monitor told, counts.
        """
        self._follow_clock(now_s)
        self._recorder.scrape(now_s)
        self.store.forget(now_s - self._reach_s - 2 * PAST_STEP_S)
        with _alone(self.path):
            self._load()
            alerts = evaluate(self.rules, self.store, self.board.alerts, now_s)
            self.board = self.board.after(alerts, now_s)
            told, failures = self._tell(now_s) if tell else ((), ())
            save_board(self.path, self.board)
        return Look(self.board.alerts, told, failures)

    def _load(self) -> None:
        self.board, wrong = load_board(self.path)
        self.doubts += [wrong] if wrong else []

    def _follow_clock(self, now_s: float) -> None:
        """Begin the series anew where the clock went back: what was scraped later than now would hide what comes."""
        if now_s < self._looked_s - CLOCK_SLACK_S:
            self.doubts.append(
                f"the clock went back at {iso(int(now_s))}: alerts see what happens from then on"
            )
            self.store = Store()
        self._looked_s = now_s

    def _scraped(self, at_s: float, samples: Iterable[Sample]) -> None:
        for sample in samples:
            self.store.add(sample.name, sample.labels, at_s, sample.value)

    def _tell(self, now_s: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
        told: dict[str, None] = {}
        failures: list[str] = []
        for channel in self.channels:
            for group in self.board.due(channel.name, now_s):
                if channel.name not in ROUTES[group.severity]:
                    continue
                message = self._message(group)
                try:
                    channel.send(message, f"alert/{iso(int(now_s))}/{message.title}")
                except NotifyError as error:
                    failures.append(f"{channel.name}: {error}")
                else:
                    told[message.title] = None
                    self.board = self.board.with_told(group, channel.name, now_s)
        return tuple(told), tuple(failures)

    def _message(self, group: Group) -> Message:
        rules = {rule.name: rule for rule in self.rules}
        version = dict(group.labels).get("version", "")
        known = [alert for alert in group.alerts if alert.rule in rules]
        return render(
            "alert",
            {
                "severity": group.severity.value,
                "project": self.project,
                "what": "; ".join(dict.fromkeys(_title(rules[alert.rule], alert) for alert in known)),
                "alerts": "\n".join(f"- {_line(rules[alert.rule], alert)}" for alert in known),
                "version": version,
                "phase": self.phase_of(version),
                "runbooks": "\n".join(
                    dict.fromkeys(f"- {self.runbooks}#{rules[alert.rule].runbook}" for alert in known)
                ),
            },
        )


def silence(path: Path, made: Silence, at_s: float) -> str:
    """Remember a silence on the board at `path`, whoever looks at it meanwhile; what was wrong with the board, if anything."""
    with _alone(path):
        board, wrong = load_board(path)
        save_board(path, board.silenced(made, at_s))
    return wrong


def _alone(path: Path) -> AbstractContextManager[object]:
    """Nobody else changes the board at `path` meanwhile; it takes as long as notices take to go out."""
    return locked(path.with_suffix(".lock"), Event())


def _title(rule: Rule, alert: Alert) -> str:
    return rule.summary if alert.phase is Phase.FIRING else f"resolved: {rule.summary}"


def _line(rule: Rule, alert: Alert) -> str:
    value = "" if alert.value is None else f", last {alert.value:.3g}"
    state = f"since {iso(int(alert.since_s))}"
    if alert.resolved_s is not None:
        state += f" until {iso(int(alert.resolved_s))}"
    return f"{rule.summary} ({alert.rule}, {alert.severity.value}{value}), {state}"
