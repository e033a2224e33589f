"""Runs one by one, for the reader without DuckDB."""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from phasegate.telemetry.logs.line import number
from phasegate.telemetry.readers.quantiles import quantile
from phasegate.telemetry.reading import OUTCOMES, SERVED, Runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TEXTS = ("version", "install", "user", "session", "command", "mode", "format", "outcome")


class Run(NamedTuple):
    """An event `command`."""

    at_us: int
    version: str
    install: str
    user: str
    session: str
    probe: bool
    command: str
    mode: str
    format: str
    outcome: str
    explicit: bool
    duration_s: float | None
    over_budget: bool


def run_of(at_us: int, event: Mapping[str, Any]) -> Run:
    """The run that an event `command` tells of."""
    duration_s, budget_s = number(event.get("duration_s")), number(event.get("budget_s"))
    is_timed = duration_s is not None and duration_s >= 0 and budget_s is not None
    version, install, user, session, command, mode, output, outcome = (
        intern(text_of(event.get(name))) for name in _TEXTS
    )
    return Run(
        at_us,
        version,
        install,
        user,
        session,
        event.get("probe") is True,
        command,
        mode,
        output,
        outcome,
        event.get("explicit") is True,
        duration_s if is_timed else None,
        is_timed and (duration_s or 0.0) > (budget_s or 0.0),
    )


def text_of(value: object) -> str:
    """A member that should be a text; empty where it is none."""
    return value if isinstance(value, str) else ""


def count(runs: Sequence[Run]) -> Runs:
    """How many runs there were, and how they went."""
    ends = [run.outcome for run in runs]
    served = [run for run in runs if run.outcome in SERVED]
    durations = sorted(run.duration_s for run in served if run.duration_s is not None)
    return Runs(
        **{outcome: ends.count(outcome) for outcome in OUTCOMES},
        over_budget=sum(run.over_budget for run in served),
        p50_s=quantile(durations, 0.5),
        p95_s=quantile(durations, 0.95),
        p99_s=quantile(durations, 0.99),
        longest_s=durations[-1] if durations else None,
    )


def rank(run: Run) -> tuple[int, bool, bool, float]:
    """The order in which runs count as an install's first: by time, of one instant the worst."""
    return run.at_us, run.outcome != "failed", not run.over_budget, -(run.duration_s or 0.0)
