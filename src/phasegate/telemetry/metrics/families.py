"""The metrics of a plugin: what each is called, what it tells, and the labels it has. Pure.

Every metric that a machine can count by itself is a family here; rates and shares are ratios of families, which the rule
file names (`alerts/rules.toml`), so that they can be summed over machines first. Names and kinds follow Prometheus's
conventions (prometheus.io/docs/practices/naming), but for names that the requirements give.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

BUCKETS_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""The upper bounds of a histogram's buckets, in seconds."""

FAST_BUCKETS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""The same for what takes milliseconds."""


class Kind(Enum):
    """What may be done with a family: counters and histograms are increased, gauges are set."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True)
class Family:
    """A metric: its name, what it tells, and the labels that its series have besides `plugin`."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


RUNS = Family("command_executions_total", Kind.COUNTER, "Runs of commands, by how they ended.",
              ("version", "command", "mode", "format", "outcome"))  # fmt: skip
OVER_BUDGET = Family("time_budget_exceeded_total", Kind.COUNTER, "Served runs that took longer than their time budget.",
                     ("version", "command", "mode"))  # fmt: skip
DURATION = Family(
    "command_duration_seconds", Kind.HISTOGRAM, "How long served runs took.", ("command", "mode"), BUCKETS_S
)
LATENCY = Family("mcp_server_latency_seconds", Kind.HISTOGRAM,
                 "From a request's arrival to its answer's departure, without the command's own work.",
                 (), FAST_BUCKETS_S)  # fmt: skip
RENDERING = Family("format_generation_duration_seconds", Kind.HISTOGRAM, "How long a format took to write.",
                   ("format",), FAST_BUCKETS_S)  # fmt: skip
LOOKUPS = Family("cache_lookups_total", Kind.COUNTER, "How often something remembered was asked for.")
HITS = Family("cache_hits_total", Kind.COUNTER, "How often it was there.")
ERRORS = Family("error_total", Kind.COUNTER, "Errors, by category.", ("version", "category", "severity"))
VALIDATION_ERRORS = Family("validation_errors_total", Kind.COUNTER, "Requests that made no sense.")
SESSIONS = Family(
    "sessions_total", Kind.COUNTER, "Starts of the plugin, by how they ended.", ("version", "outcome")
)
PROBES = Family(
    "probe_runs_total", Kind.COUNTER, "Served runs that a probe asked for.", ("version", "outcome")
)
V1_USAGE = Family(
    "v1_usage_total", Kind.COUNTER, "Runs that named neither mode nor format, as version 1 had it."
)
ADVANCED_USAGE = Family("advanced_usage_total", Kind.COUNTER, "Runs that named a mode or a format.")
UNITS = Family("first_runs_total", Kind.COUNTER, "First served runs on a version: of an install, and of an install on a day.",
               ("version", "per"))  # fmt: skip
FAILED_UNITS = Family(
    "first_runs_failed_total", Kind.COUNTER, "Those of them that failed.", ("version", "per")
)
LATE_UNITS = Family(
    "first_runs_over_budget_total", Kind.COUNTER, "Those of them over budget.", ("version", "per")
)
UNIT_DURATION = Family(
    "first_run_duration_seconds", Kind.HISTOGRAM, "How long they took.", ("version", "per"), BUCKETS_S
)
HEARTBEATS = Family(
    "heartbeats_total", Kind.COUNTER, "Installs that were heard of, each once an hour.", ("version",)
)
USERS = Family("unique_users", Kind.GAUGE, "Users who were active in the last seven days.")
INSTALLS = Family("active_installs", Kind.GAUGE, "Installs that were active in the last seven days, by where they are now.",
                  ("version",))  # fmt: skip
RELEASED = Family("released_info", Kind.GAUGE, "1 for the version that is public.", ("version",))
SATISFACTION = Family("user_satisfaction", Kind.GAUGE, "The mean score that users gave, 1 to 5.")
DOCUMENTATION = Family(
    "documentation_accuracy_score", Kind.GAUGE, "True statements of the documentation, of those checked last."
)
FAMILIES = (
    RUNS, OVER_BUDGET, DURATION, LATENCY, RENDERING, LOOKUPS, HITS, ERRORS, VALIDATION_ERRORS, SESSIONS, PROBES, V1_USAGE,
    ADVANCED_USAGE, UNITS, FAILED_UNITS, LATE_UNITS, UNIT_DURATION, HEARTBEATS, USERS, INSTALLS, RELEASED, SATISFACTION, DOCUMENTATION,
)  # fmt: skip
"""All families, in the order in which they are shown."""


def labels_of(series: str) -> tuple[str, ...] | None:
    """The labels of the series called `series`, which of a histogram are three; None where no family gives it."""
    for family in FAMILIES:
        labels = ("plugin", *family.labels)
        if family.kind is not Kind.HISTOGRAM and series == family.name:
            return labels
        if family.kind is Kind.HISTOGRAM and series in (f"{family.name}_count", f"{family.name}_sum"):
            return labels
        if family.kind is Kind.HISTOGRAM and series == f"{family.name}_bucket":
            return (*labels, "le")
    return None
