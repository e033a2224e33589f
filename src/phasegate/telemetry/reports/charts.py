"""The plots of a report. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phasegate.telemetry.judge.limits import share_limits
from phasegate.telemetry.reports.chart import Band, Bar, Limit, Line, ShareChart, TimeChart
from phasegate.telemetry.reports.validation import LIMITS_S, MODES, MOST_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from phasegate.telemetry.reading import Bucket
    from phasegate.telemetry.reports.report import Report

_QUANTILES = ("p50", "p95", "p99")


def chart_latency(report: Report) -> TimeChart:
    """Quantiles of runs in mode default over time, against their limits."""
    buckets = _gapless(report.default_timeline, report)
    lines = tuple(
        Line(name, tuple((at_s, getattr(b.runs, f"{name}_s") if b else None) for at_s, b in buckets))
        for name in _QUANTILES
    )
    return TimeChart(
        key="latency-chart",
        title="How long runs in mode default took",
        unit="s",
        since_s=report.window.since_s,
        until_s=report.window.until_s,
        lines=lines,
        limits=tuple(Limit(f"limit of {name}", LIMITS_S[name]) for name in _QUANTILES),
        marks=report.setting.marks,
    )


def chart_errors(report: Report) -> TimeChart:
    """The error rate over time, with the limits between which it lies at all times together, with 95 % confidence."""
    buckets = _gapless(report.timeline, report)
    band = tuple(
        (
            at_s,
            share_limits(bucket.runs.failed, bucket.runs.served) if bucket and bucket.runs.served else None,
        )
        for at_s, bucket in buckets
    )
    return TimeChart(
        key="errors-chart",
        title="The share of runs that failed",
        unit="%",
        since_s=report.window.since_s,
        until_s=report.window.until_s,
        lines=(Line("error rate", tuple((at_s, b.runs.error_rate if b else None) for at_s, b in buckets)),),
        bands=(Band("95 % confidence band", band),),
        limits=(Limit("promised", MOST_ERRORS),),
        marks=report.setting.marks,
    )


def chart_modes(report: Report) -> ShareChart:
    """How runs shared out over the modes, and how they were expected to."""
    counts = {group.key["mode"]: group.runs.served for group in report.modes}
    return ShareChart("modes-chart", "Runs by mode", _bars(counts, MODES))


def chart_versions(report: Report) -> ShareChart:
    """Where active installs are now."""
    return ShareChart(
        "versions-chart",
        "Active installs by version",
        _bars({a.version: a.latest for a in report.audience}, {}),
    )


def chart_formats(report: Report) -> ShareChart:
    """How runs shared out over the formats."""
    counts = {group.key["format"]: group.runs.served for group in report.formats}
    return ShareChart("formats-chart", "Runs by format", _bars(counts, {}))


def chart_evidence(report: Report) -> tuple[TimeChart, ...]:
    """The judge's evidence against the release over time, rule by rule, against what is needed to fire."""
    trails: Sequence[Mapping[str, Any]] = (report.evidence or {}).get("trails", ())
    if not trails:
        return ()
    points = [point for trail in trails for point in trail["points"]]
    return (
        TimeChart(
            key="evidence-chart",
            title="Evidence that the release is bad (1 is none)",
            unit="",
            since_s=min(at_s for at_s, _ in points),
            until_s=max(at_s for at_s, _ in points),
            lines=tuple(
                Line(trail["rule"], tuple((at_s, e) for at_s, e in trail["points"])) for trail in trails
            ),
            limits=tuple(_thresholds(trails)),
            is_logarithmic=True,
        ),
    )


def _thresholds(trails: Sequence[Mapping[str, Any]]) -> Iterator[Limit]:
    """What is needed to fire, each value once, with the rules that need it."""
    rules: dict[float, list[str]] = {}
    for trail in trails:
        rules.setdefault(float(trail["threshold"]), []).append(trail["rule"])
    for threshold, names in sorted(rules.items()):
        yield Limit(f"needed by {', '.join(names)}", threshold)


def _bars(counts: Mapping[str, int], expected: Mapping[str, float]) -> tuple[Bar, ...]:
    total = sum(counts.values())
    if not total:
        return ()
    names = [*expected, *sorted(set(counts) - set(expected), key=lambda name: (-counts[name], name))]
    return tuple(
        Bar(name, counts.get(name, 0), counts.get(name, 0) / total, expected.get(name)) for name in names
    )


def _gapless(buckets: Sequence[Bucket], report: Report) -> list[tuple[float, Bucket | None]]:
    """Every step of the window with its bucket, or None where nothing ran: a line must not bridge a silence."""
    known = {bucket.at_s: bucket for bucket in buckets}
    return [(float(at_s), known.get(at_s)) for at_s in _grid(report)]


def _grid(report: Report) -> Iterator[int]:
    first = int(report.window.since_s // report.step_s) * report.step_s
    return iter(range(first, int(report.window.until_s) + 1, report.step_s))
