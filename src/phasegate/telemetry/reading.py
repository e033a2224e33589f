"""What readers of events give, whatever reads them: frozen values, and the shape of a source.

Words: a *run* is an event `command`. *Served* runs are those that ended ok, partial or failed: what was refused is the
user's mistake, what was cancelled nobody waited for. The error rate is failed ÷ served. A run is *over budget* where its
duration is longer than its budget. Probes are left out unless they are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


SERVED = ("ok", "partial", "failed")
"""How served runs ended."""

UNSERVED = ("refused", "cancelled")
"""How runs ended that say nothing of the plugin."""

OUTCOMES = (*SERVED, *UNSERVED)
"""How runs ended."""

HEARTBEAT_S = 3600
"""An install gives at most one heartbeat in each of these, in seconds: what it does in one is one piece of news, not many."""


@dataclass(frozen=True)
class Window:
    """A span of time, seconds since 1970: `since_s` belongs to it, `until_s` does not."""

    since_s: float
    until_s: float


@dataclass(frozen=True)
class Intake:
    """What was read, and what could not be.

    Attributes:
        folders: the folders that were looked into.
        missing: those of them that are not there.
        unreadable: files and folders that the system refused, each with its words.
        files: how many files were read.
        events: how many events of the window there were, each once.
        rejected: lines that are no event: torn, garbage, two glued together.
        newer: lines of a newer schema.
        duplicates: lines whose event was read already.
        future: events from after the window's end by the clock of whoever wrote them; they are left out.
    """

    folders: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    files: int = 0
    events: int = 0
    rejected: int = 0
    newer: int = 0
    duplicates: int = 0
    future: int = 0


@dataclass(frozen=True)
class Runs:
    """The runs of a group: how many, how they ended, and how long they took.

    The durations are those of served runs; their quantiles are continuous (linear between neighbours), in seconds, and
    None where nothing was served.
    """

    ok: int = 0
    partial: int = 0
    failed: int = 0
    refused: int = 0
    cancelled: int = 0
    over_budget: int = 0
    p50_s: float | None = None
    p95_s: float | None = None
    p99_s: float | None = None
    longest_s: float | None = None

    @property
    def served(self) -> int:
        """How many runs gave something, or should have."""
        return self.ok + self.partial + self.failed

    @property
    def total(self) -> int:
        """How many runs there were."""
        return self.served + self.refused + self.cancelled

    @property
    def error_rate(self) -> float | None:
        """Failed ÷ served, or None where nothing was served."""
        return self.failed / self.served if self.served else None

    @property
    def over_budget_rate(self) -> float | None:
        """Over budget ÷ served, or None where nothing was served."""
        return self.over_budget / self.served if self.served else None


@dataclass(frozen=True)
class Group:
    """The runs that share the values of some columns: column → value."""

    key: Mapping[str, str]
    runs: Runs


@dataclass(frozen=True)
class Bucket:
    """The runs of one step of time, the first of which begins at `at_s` (a whole multiple of the step)."""

    at_s: int
    runs: Runs


@dataclass(frozen=True)
class Unit:
    """The first served run of an install on a version: what the judge counts, for runs of one install are alike.

    Attributes:
        at_s: when it ended, seconds since 1970.
        version: the plugin's version.
        install: which install.
        failed: whether it failed.
        over_budget: whether it took longer than its budget.
        duration_s: how long it took; NaN where that was not told.
    """

    at_s: float
    version: str
    install: str
    failed: bool
    over_budget: bool
    duration_s: float


@dataclass(frozen=True)
class Heartbeat:
    """Something was heard of an install on a version; the first time in an hour is enough.

    Attributes:
        at_s: when, seconds since 1970.
        version: the plugin's version.
        install: which install.
    """

    at_s: float
    version: str
    install: str


@dataclass(frozen=True)
class Audience:
    """Who used a version in the window.

    Attributes:
        version: the plugin's version.
        installs: how many installs did anything with it.
        latest: how many of them did their last thing with it: where they are now.
        users: how many users.
        sessions: how many sessions.
        last_at_s: when it was last heard of.
    """

    version: str
    installs: int
    latest: int
    users: int
    sessions: int
    last_at_s: float


@dataclass(frozen=True)
class Quality:
    """What else is measured of a window; None where nothing says it.

    Attributes:
        errors: category → how many errors.
        started: sessions that started.
        not_started: sessions that failed to start.
        probes: runs that probes asked for and that were served.
        failed_probes: those of them that failed.
        latency_p50_s, latency_p95_s: the server's own latency of a call, seconds.
        render_p50_s, render_p95_s: the time that writing a format took, seconds.
        cache_hit_rate: hits ÷ lookups.
        satisfaction: the mean score, 1 to 5.
        documentation_accuracy: true statements ÷ checked ones, of the last check.
    """

    errors: Mapping[str, int] = field(default_factory=dict)
    started: int = 0
    not_started: int = 0
    probes: int = 0
    failed_probes: int = 0
    latency_p50_s: float | None = None
    latency_p95_s: float | None = None
    render_p50_s: float | None = None
    render_p95_s: float | None = None
    cache_hit_rate: float | None = None
    satisfaction: float | None = None
    documentation_accuracy: float | None = None


class Reading(Protocol):
    """The events of one plugin in one window, read and ready to be asked; people's runs alone unless it says otherwise."""

    @property
    def window(self) -> Window:
        """The window that was read."""

    @property
    def intake(self) -> Intake:
        """What was read, and what could not be."""

    def groups(self, by: Sequence[str], *, probes: bool = False) -> tuple[Group, ...]:
        """The runs grouped by the columns `by` (of command, mode, format, version, explicit, outcome), in order of their keys.

        Without columns it is one group of all runs, an empty one where there were none.
        """

    def timeline(
        self, step_s: int, *, versions: Collection[str] = (), modes: Collection[str] = ()
    ) -> tuple[Bucket, ...]:
        """The runs of each step in which there were some, oldest first; of `versions` and `modes` alone where any are given."""

    def units(self, versions: Collection[str]) -> tuple[Unit, ...]:
        """The units of `versions`, oldest first; those of one instant in order of their installs."""

    def heartbeats(self, versions: Collection[str]) -> tuple[Heartbeat, ...]:
        """The first event of each install on each of `versions` in each hour, oldest first."""

    def audience(self) -> tuple[Audience, ...]:
        """Who used which version, in order of version strings."""

    def quality(self) -> Quality:
        """What else is measured."""

    def errors(self) -> Iterable[Mapping[str, object]]:
        """The events `error`, oldest first, each as its line has it."""
