from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.telemetry.alerts.rule_file import load_rules, read_rules
from phasegate.telemetry.metrics.families import FAMILIES, Kind
from phasegate.telemetry.severity import Severity

if TYPE_CHECKING:
    from pathlib import Path

GOOD = b"""
[rules.Down]
severity = "high"
summary = "It is down"
level = { gauge = { metric = "documentation_accuracy_score" } }
below = 1
by = ["plugin"]
"""


def test_our_own_rules_are_those_that_are_required() -> None:
    rules = {rule.name: rule for rule in load_rules().rules}
    of = {
        severity: {name for name, rule in rules.items() if rule.severity is severity} for severity in Severity
    }
    assert of == {
        Severity.CRITICAL: {"InitialisationFailed", "ServerDown", "ErrorRateCritical"},
        Severity.HIGH: {"DefaultModeSlow", "ErrorRateHigh", "BudgetExceeded"},
        Severity.MEDIUM: {"Regression", "CacheColdness", "DocumentationOutdated"},
        Severity.LOW: {"AdoptionLow"},
    }
    limits = {name: rule.limit.value for name, rule in rules.items()}
    assert (limits["ErrorRateCritical"], limits["ErrorRateHigh"], limits["Regression"]) == (0.10, 0.05, 1.2)


def test_every_metric_that_our_rules_name_is_one_that_is_counted() -> None:
    exposed = set()
    for family in FAMILIES:
        parts = ("bucket", "count", "sum") if family.kind is Kind.HISTOGRAM else ()
        exposed |= {f"{family.name}_{part}" for part in parts} or {family.name}
    book = load_rules()
    conditions = [each.condition for each in (*book.rules, *book.recorded) if each.condition is not None]
    named = {word for c in conditions for word in re.findall(r"\b([a-z_]+)[{\[]", c.promql(("plugin",)))}
    assert named
    assert {name for name in named if "_" in name} <= exposed


def test_a_rule_has_its_runbook_by_its_name() -> None:
    (rule,) = read_rules("x.toml", GOOD).rules
    assert (rule.runbook, rule.severity, rule.for_s) == ("down", Severity.HIGH, 0.0)
    assert {rule.runbook for rule in load_rules().rules} >= {"error-rate-high", "server-down"}


def test_a_file_of_rules_is_read_from_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(GOOD)
    assert [rule.name for rule in load_rules(path).rules] == ["Down"]


def mistakes(content: bytes) -> list[str]:
    with pytest.raises(PhasegateError) as caught:
        read_rules("x.toml", content)
    assert caught.value.code is ErrorCode.CONFIG_INVALID
    return list(caught.value.details)


def test_all_mistakes_are_reported_together_with_their_keys() -> None:
    found = mistakes(
        b"""
[rules.down]
severity = "urgent"
level = { gauge = { metric = "Up!" } }
growth = { series = { metric = "up" }, window = "soon" }
above = 1
below = 1
forr = "5m"
[recorded.Rate]
share = { part = { metric = "error_total", version = ["}"] }, whole = {}, window = "5m" }
"""
    )
    assert [mistake.partition(":")[0] for mistake in found] == [
        "rules.down.forr",
        "rules.down",
        "rules.down.summary",
        "rules.down.by",
        "rules.down.severity",
        "rules.down",
        "rules.down.above",
        "recorded.Rate",
        "recorded.Rate.share.part.version",
        "recorded.Rate.share.whole.metric",
    ]


@pytest.mark.parametrize(
    "condition",
    [
        'share = { part = { metric = "a" }, whole = { metric = "b" } }',
        'change = { histogram = "h", quantile = 2, window = "1h", offset = "1d" }',
        'subset = { gauge = { metric = "a" }, having = { metric = "b" } }',
        'distribution = { series = { metric = "a" }, window = "1h" }',
        "level = 3",
        "",
    ],
)
def test_a_condition_that_lacks_something_is_a_mistake(condition: str) -> None:
    content = f'[rules.A]\nseverity = "low"\nsummary = "s"\nby = []\nabove = 1\n{condition}\n'
    assert mistakes(content.encode())


@pytest.mark.parametrize(
    ("condition", "key"),
    [
        ('level = { gauge = { metric = "unique_user" } }', "gauge.metric"),
        ('level = { gauge = { metric = "unique_users", phase = ["canary"] } }', "gauge.phase"),
        ('growth = { series = { metric = "command_duration_seconds" }, window = "5m" }', "series.metric"),
        ('change = { histogram = "error_total", quantile = 0.5, window = "1h", offset = "1d" }', "histogram"),
    ],
)
def test_what_no_event_gives_is_a_mistake_for_it_would_never_fire(condition: str, key: str) -> None:
    content = f'[rules.A]\nseverity = "low"\nsummary = "s"\nby = ["plugin"]\nabove = 1\n{condition}\n'
    (mistake,) = mistakes(content.encode())
    assert mistake.partition(":")[0].endswith(key)


def test_a_file_of_rules_that_is_not_there_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(PhasegateError) as caught:
        load_rules(tmp_path / "gone.toml")
    assert caught.value.code is ErrorCode.CONFIG_INVALID
