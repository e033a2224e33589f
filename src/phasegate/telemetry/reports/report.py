"""A report as values: what was read of a span of time, and what the ledger knows of the same. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from phasegate.ledger.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.telemetry.reading import Audience, Bucket, Group, Intake, Quality, Reading, Runs, Window
    from phasegate.telemetry.reports.chart import Mark

SCHEMA = 1
DEFAULT_MODE = "default"


@dataclass(frozen=True)
class Setting:
    """What the ledger knows.

    Attributes:
        released: the public version, or None.
        candidate: the version of the rollout that is under way, or None.
        withdrawn: version → why it was taken back.
        marks: phases that were entered and rollbacks, within the window.
    """

    released: str | None = None
    candidate: str | None = None
    withdrawn: Mapping[str, str] | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Report:
    """What a report tells.

    Attributes:
        plugin: whose events they are.
        window: the span of time.
        step_s: the step of its timelines, seconds.
        intake: what was read, and what could not be.
        totals: all runs.
        table: the runs by command, mode, format and version.
        modes, formats, versions, explicit: the runs by one of these alone.
        timeline: all runs over time.
        default_timeline: those in mode default.
        audience: who used which version.
        quality: what else was measured.
        setting: what the ledger knows.
        evidence: what the judge says of the rollout that is under way, as its JSON, or None.
    """

    plugin: str
    window: Window
    step_s: int
    intake: Intake
    totals: Runs
    table: tuple[Group, ...]
    modes: tuple[Group, ...]
    formats: tuple[Group, ...]
    versions: tuple[Group, ...]
    explicit: tuple[Group, ...]
    timeline: tuple[Bucket, ...]
    default_timeline: tuple[Bucket, ...]
    audience: tuple[Audience, ...]
    quality: Quality
    setting: Setting
    evidence: Mapping[str, Any] | None = None

    @property
    def installs(self) -> int:
        """How many installs were active."""
        return sum(each.latest for each in self.audience)

    @property
    def adoption(self) -> float | None:
        """The share of active installs that have the public version now; None where that is not known."""
        if not self.installs or self.setting.released is None:
            return None
        return (
            sum(each.latest for each in self.audience if each.version == self.setting.released)
            / self.installs
        )

    @property
    def reach(self) -> tuple[tuple[str, int], ...]:
        """How many active installs are still on each withdrawn version: 0 once a rollback has reached everybody."""
        latest = {each.version: each.latest for each in self.audience}
        return tuple((version, latest.get(version, 0)) for version in sorted(self.setting.withdrawn or {}))

    @property
    def health_score(self) -> float | None:
        """100 times success rate, share of runs within budget, and share of starts that succeeded; None without runs."""
        error_rate, over_budget_rate = self.totals.error_rate, self.totals.over_budget_rate
        if error_rate is None or over_budget_rate is None:
            return None
        starts = self.quality.started + self.quality.not_started
        started = self.quality.started / starts if starts else 1.0
        return 100.0 * (1 - error_rate) * (1 - over_budget_rate) * started

    def as_json(self) -> dict[str, Any]:
        """The same for scripts."""
        return {
            "schema": SCHEMA,
            "plugin": self.plugin,
            "since": iso(int(self.window.since_s)),
            "until": iso(int(self.window.until_s)),
            "intake": asdict(self.intake),
            "totals": _runs_json(self.totals),
            "table": [{**group.key, **_runs_json(group.runs)} for group in self.table],
            "modes": {group.key["mode"]: _runs_json(group.runs) for group in self.modes},
            "formats": {group.key["format"]: _runs_json(group.runs) for group in self.formats},
            "explicit": {group.key["explicit"]: _runs_json(group.runs) for group in self.explicit},
            "timeline": {
                "step_s": self.step_s,
                "all": [{"at": iso(bucket.at_s), **_runs_json(bucket.runs)} for bucket in self.timeline],
                "default": [
                    {"at": iso(bucket.at_s), **_runs_json(bucket.runs)} for bucket in self.default_timeline
                ],
            },
            "audience": [asdict(each) for each in self.audience],
            "adoption": self.adoption,
            "reach": dict(self.reach),
            "quality": {**asdict(self.quality), "health_score": self.health_score},
            "marks": [
                {"at": iso(int(mark.at_s)), "text": mark.text, "bad": mark.is_bad}
                for mark in self.setting.marks
            ],
            "judge": self.evidence,
        }


def make_report(
    plugin: str, reading: Reading, step_s: int, setting: Setting, evidence: Mapping[str, Any] | None = None
) -> Report:
    """Ask `reading` all that a report tells."""
    return Report(
        plugin=plugin,
        window=reading.window,
        step_s=step_s,
        intake=reading.intake,
        totals=reading.groups(())[0].runs,
        table=reading.groups(("command", "mode", "format", "version")),
        modes=reading.groups(("mode",)),
        formats=reading.groups(("format",)),
        versions=reading.groups(("version",)),
        explicit=reading.groups(("explicit",)),
        timeline=reading.timeline(step_s),
        default_timeline=reading.timeline(step_s, modes=(DEFAULT_MODE,)),
        audience=reading.audience(),
        quality=reading.quality(),
        setting=setting,
        evidence=evidence,
    )


def _runs_json(runs: Runs) -> dict[str, Any]:
    rates = {"served": runs.served, "error_rate": runs.error_rate, "over_budget_rate": runs.over_budget_rate}
    return {**asdict(runs), **rates}
