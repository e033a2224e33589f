"""Metrics that are counted while a Prometheus asks for them."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from phasegate.errors import PhasegateError
from phasegate.rollout.reading.watching import plugin_name
from phasegate.rollout.watching.setting import released_of
from phasegate.telemetry.logs.following import Follower
from phasegate.telemetry.metrics.counting import Metrics
from phasegate.telemetry.reading import Window
from phasegate.telemetry.sources.events import read_events
from phasegate.telemetry.sources.opening import STREAMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.rollout.desk import Desk
    from phasegate.telemetry.metrics.counting import Sample

OBSERVE_S = 60.0
"""How often the ledger is asked what is public, in seconds."""

_CLOCKS_DIFFER_S = 86400.0


class Counted:
    """The metrics of a plugin, from the beginning of its logs on.

    All of the logs are counted anew at each start, so that a restart is no reset to whoever scrapes.

    Attributes:
        desk: where the operator works.
        unread: what could not be read, in words.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._metrics = Metrics()
        self._counting = threading.Lock()
        self._world = desk.observe()
        self._observed_s = time.monotonic()
        self._plugin = plugin_name(desk.repository.git, self._world, desk.config)
        logs = desk.config.telemetry.logs
        self._follower = Follower(logs, STREAMS)  # before reading: what comes twice counts once
        events, self.unread = read_events(logs, self._plugin, Window(0.0, time.time() + _CLOCKS_DIFFER_S))
        for at_s, event in events:
            self._metrics.count(event, at_s)

    def follow(self) -> None:
        """Count what was appended since the last time, and now and then ask what is public."""
        for at_s, event in self._follower.poll_events(self._plugin, time.time()):
            with self._counting:
                self._metrics.count(event, at_s)
        if time.monotonic() - self._observed_s >= OBSERVE_S:
            self._observed_s = time.monotonic()
            try:
                self._world = self.desk.observe()
            except PhasegateError as error:  # what is public stays what it was, and metrics go on
                self.desk.say(error.what)

    def samples(self, now_s: float) -> list[Sample]:
        """Every series with its value at one instant: whoever scrapes is another thread than the one that counts."""
        with self._counting:
            return [*self._metrics.samples(now_s)]

    def released(self) -> Mapping[str, str]:
        """The plugin and its public version."""
        return released_of(self._world.state, self.desk.config, self._plugin)
