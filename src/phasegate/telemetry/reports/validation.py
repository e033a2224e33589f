"""Whether a release in use keeps what was promised of it: the checks of a day and of a week after it went out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.telemetry.judge.observing import doubts_about
from phasegate.telemetry.reports.report import DEFAULT_MODE
from phasegate.verdict import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.telemetry.reading import Runs
    from phasegate.telemetry.reports.report import Report

LIMITS_S = {"p50": 5.0, "p95": 8.0, "p99": 10.0}
"""What the quantiles of runs in mode default have to stay below, in seconds."""

MOST_ERRORS = 0.01
LEAST_ADOPTION = 0.10
MODES = {"default": 0.70, "debug": 0.20, "optimize": 0.05, "release": 0.05}
"""How runs were expected to share out over the modes."""

MODE_TOLERANCE = 0.15
"""By how much a mode's share may differ from that."""

FEWEST_RUNS = 30
"""Fewer served runs than that say nothing."""


@dataclass(frozen=True)
class Check:
    """One thing that was promised, what was seen, and the verdict."""

    subject: str
    verdict: Verdict
    reason: str


def validate(report: Report) -> tuple[Check, ...]:
    """Every check, in the order of the requirement."""
    return (
        _check_intake(report),
        *_check_quantiles(report),
        _check_errors(report.totals),
        _check_adoption(report),
        *_check_modes(report),
    )


def overall(checks: tuple[Check, ...]) -> Verdict:
    """The worst verdict of all checks."""
    return worst(check.verdict for check in checks)


def _check_intake(report: Report) -> Check:
    subject, intake = "logs can be read", report.intake
    doubts = [*doubts_about(intake), *([] if intake.events else ["there is no event in this time"])]
    if doubts:
        return Check(subject, Verdict.INCONCLUSIVE, "; ".join(doubts))
    return Check(subject, Verdict.PASS, f"{intake.events} events; {intake.rejected} lines are none")


def _check_quantiles(report: Report) -> Iterator[Check]:
    runs = next((group.runs for group in report.modes if group.key["mode"] == DEFAULT_MODE), None)
    for name, limit_s in LIMITS_S.items():
        subject = f"{name} in mode default below {limit_s:g} s"
        value_s = getattr(runs, f"{name}_s") if runs is not None else None
        if runs is None or value_s is None or runs.served < FEWEST_RUNS:
            yield _too_few(subject, runs.served if runs else 0)
        else:
            yield Check(subject, _passes(value_s < limit_s), f"{value_s:.2f} s of {runs.served} runs")


def _check_errors(runs: Runs) -> Check:
    subject = f"error rate below {MOST_ERRORS:.0%}"
    if runs.error_rate is None or runs.served < FEWEST_RUNS:
        return _too_few(subject, runs.served)
    return Check(
        subject, _passes(runs.error_rate < MOST_ERRORS), f"{runs.error_rate:.2%} of {runs.served} runs failed"
    )


def _check_adoption(report: Report) -> Check:
    subject = f"at least {LEAST_ADOPTION:.0%} of active installs have the release"
    if report.adoption is None:
        why = "nothing is public yet" if report.setting.released is None else "no install was active"
        return Check(subject, Verdict.INCONCLUSIVE, why)
    words = f"{report.adoption:.1%} of {report.installs} have {report.setting.released}"
    return Check(subject, _passes(report.adoption >= LEAST_ADOPTION), words)


def _check_modes(report: Report) -> Iterator[Check]:
    counts = {group.key["mode"]: group.runs.served for group in report.modes}
    served = sum(counts.values())
    for mode, expected in MODES.items():
        subject = f"mode {mode} in about {expected:.0%} of runs"
        if served < FEWEST_RUNS:
            yield _too_few(subject, served)
        else:
            share = counts.get(mode, 0) / served
            yield Check(
                subject, _passes(abs(share - expected) <= MODE_TOLERANCE), f"{share:.1%} of {served} runs"
            )


def _too_few(subject: str, served: int) -> Check:
    return Check(subject, Verdict.INCONCLUSIVE, f"{served} served runs; {FEWEST_RUNS} are needed")


def _passes(holds: bool) -> Verdict:
    return Verdict.PASS if holds else Verdict.FAIL
