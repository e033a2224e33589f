"""A plugin in use, looked at again and again: its events followed, its alerts evaluated, its figures read."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phasegate.errors import PhasegateError
from phasegate.ledger.chain import read_operations
from phasegate.notify.dispatch import channels_for
from phasegate.rollout.planning.status import holds_ahead
from phasegate.rollout.reading.watching import plugin_name
from phasegate.rollout.watching.alerting import Alerting
from phasegate.rollout.watching.looking import report_of
from phasegate.rollout.watching.setting import released_of
from phasegate.telemetry.alerts.rule_file import load_rules
from phasegate.telemetry.exports.exposition import released_samples
from phasegate.telemetry.live.dashboard import Snapshot
from phasegate.telemetry.logs.following import Follower
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.events import read_events
from phasegate.telemetry.sources.opening import STREAMS, open_reading
from phasegate.telemetry.sources.resident import Resident

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.rollout.desk import Desk
    from phasegate.rollout.reading.world import World
    from phasegate.telemetry.alerts.rule import RuleBook
    from phasegate.telemetry.metrics.counting import Sample
    from phasegate.telemetry.reports.report import Report

BOARD = "alerts.json"
HISTORY_S = 86400.0
"""What comes so long after it happened, as with a folder that is gathered late, alarms nobody, in seconds."""

RUNBOOKS = "docs/runbooks.md"
"""Where the runbooks are, in the repository that ships the rules."""


def load_book(desk: Desk) -> RuleBook:
    """The rules that the configuration names, or phasegate's own. Raises `config-invalid`."""
    named = desk.config.telemetry.rules
    return load_rules(desk.repository.root / named if named else None)


@dataclass
class Monitor:
    """A plugin under watch.

    Attributes:
        desk: where the operator works.
        hours: how far back figures go.
        world: what the ledger says; `observe` looks anew.
    """

    desk: Desk
    hours: float
    world: World = field(init=False)
    plugin: str = field(init=False)
    alerting: Alerting = field(init=False)

    def __post_init__(self) -> None:
        self.observe()
        desk = self.desk
        self.plugin = plugin_name(desk.repository.git, self.world, desk.config)
        folder = desk.repository.state_folder
        self.alerting = Alerting(
            rules=load_book(desk).rules,
            path=folder / BOARD,
            channels=channels_for(desk.config.notify, folder, desk.environment),
            project=desk.project,
            runbooks=RUNBOOKS,
            phase_of=self._phase_of,
            released=self._released,
        )
        self._follower = Follower(desk.config.telemetry.logs, STREAMS)
        self._unread: tuple[str, ...] = ()
        self._unasked: tuple[str, ...] = ()
        self._resident: Resident | None = None
        self._closing = ExitStack()

    def __enter__(self) -> Monitor:  # noqa: PYI034 - Python 3.9 has no Self
        """Keep what was read from one look to the next."""
        history_s = self.hours * 3600
        resident = Resident(self.desk.config.telemetry.logs, self.plugin, history_s)
        self._resident = self._closing.enter_context(resident)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()
        self._resident = None

    def observe(self) -> None:
        """Ask the remote how the rollout stands."""
        self.world = self.desk.judged(self.desk.observe())

    def observe_again(self) -> None:
        """The same while the watch goes on: what keeps the remote from being asked is said, and ends nothing."""
        try:
            self.observe()
            self._unasked = ()
        except PhasegateError as error:
            self._unasked = (f"what the ledger says is as it was: {error.what}",)

    def catch_up(self, now_s: float) -> None:
        """Count the events that the alerts' rules reach back to."""
        reach_s = max((rule.condition.reach_s for rule in self.alerting.rules), default=0.0)
        window = Window(now_s - reach_s, now_s)
        events, self._unread = read_events(self.desk.config.telemetry.logs, self.plugin, window)
        self.alerting.catch_up(events)

    def follow(self) -> None:
        """Count the events that were appended since the last time."""
        now_s = time.time()
        for at_s, event in self._follower.poll_events(self.plugin, now_s):
            if now_s - at_s < HISTORY_S:
                self.alerting.take(event, at_s)

    def look(self, now_s: float, *, tell: bool) -> Snapshot:
        """Everything as it is at `now_s`; with `tell`, the notices that are due go out."""
        alerts = self.alerting.look(now_s, tell=tell)
        report = self._report(Window(now_s - self.hours * 3600, now_s))
        missing = [f"{folder} is not there" for folder in report.intake.missing]
        doubts = [*self.alerting.doubts, *missing, *report.intake.unreadable, *self._unread, *self._unasked]
        if self.alerting.flawed:
            doubts.append(
                f"{self.alerting.flawed} events lack what their kind needs: alerts do not count them"
            )
        untold = tuple(f"a notice could not be sent: {failure}" for failure in alerts.failures)
        every = tuple(dict.fromkeys([*doubts, *untold]))
        return Snapshot(now_s, report, alerts.alerts, tuple(self._rollout_lines()), every, untold)

    def _report(self, window: Window) -> Report:
        config, state = self.desk.config, self.world.state
        operations = read_operations(self.desk.repository.git, self.world.ledger_head)
        if self._resident is not None:
            self._resident.refresh()
            return report_of(self.plugin, self._resident.reading(window), state, operations, config)
        with open_reading(config.telemetry.logs, self.plugin, window) as reading:
            return report_of(self.plugin, reading, state, operations, config)

    def _released(self) -> Iterator[Sample]:
        return released_samples(released_of(self.world.state, self.desk.config, self.plugin))

    def _phase_of(self, version: str) -> str:
        rollout = self.world.state.rollout
        if rollout is None or version not in (rollout.version, rollout.candidate):
            return ""
        return rollout.phase

    def _rollout_lines(self) -> Iterator[str]:
        rollout = self.world.state.rollout
        if rollout is None:
            yield "No rollout is under way."
            return
        yield f"{rollout.candidate} is in phase {rollout.phase} since {rollout.entered[rollout.phase]}."
        for name, watched in self.world.watched.items():
            yield f"The judge says {watched.decision.ruling.value} in phase {name}: {watched.decision.reasons[0]}."
        for hold in holds_ahead(self.world, self.desk.config, self.desk.clock()):
            if hold.kind != "criterion":
                yield f"It waits: {hold}."
