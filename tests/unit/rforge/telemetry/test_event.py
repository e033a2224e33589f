"""Every metric can be told from the events: which columns it needs, and that each kind of event always has them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from rforge.telemetry.account import Account, Mishap
from rforge.telemetry.event import (
    Kind,
    Note,
    call_members,
    command_members,
    error_members,
    session_members,
)

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

METRICS = {
    "command_duration_seconds": {"command": ["duration_s", "command", "mode", "format", "version"]},
    "command_success_rate": {"command": ["outcome"]},
    "time_budget_exceeded_total": {"command": ["duration_s", "budget_s"], "error": ["category"]},
    "mcp_server_latency_seconds": {"call": ["latency_s"]},
    "format_generation_duration_seconds": {"call": ["render_s", "format"]},
    "cache_hit_rate": {"call": ["cache_lookups", "cache_hits"]},
    "command_executions_total": {"command": ["command"]},
    "mode_distribution": {"command": ["mode"]},
    "format_distribution": {"command": ["format"]},
    "unique_users": {"command": ["user"]},
    "adoption_rate": {"command": ["install", "version"], "session": ["install", "version"]},
    "v1_usage": {"command": ["explicit"]},
    "advanced_usage": {"command": ["explicit", "mode", "format"]},
    "error_rate": {"command": ["outcome"]},
    "error_total": {"error": ["category", "severity"]},
    "validation_errors_total": {"error": ["category"]},
    "plugin_health_score": {"command": ["outcome", "duration_s", "budget_s"], "session": ["outcome"]},
    "mcp_server_availability": {"session": ["outcome"]},
    "documentation_accuracy_score": {"documentation": ["documented", "accurate"]},
    "user_satisfaction": {"feedback": ["score"]},
}


def members_of(kind: Kind) -> dict[str, object]:
    account = Account("status", budget_s=5.0)
    return {
        Kind.COMMAND: command_members(account),
        Kind.CALL: call_members(account, 0.001),
        Kind.ERROR: error_members(Mishap("PluginError", "critical")),
        Kind.SESSION: session_members(has_started=True),
        Kind.FEEDBACK: {"score": 5},
        Kind.DOCUMENTATION: {"documented": 3, "accurate": 2},
        Kind.DEBUG: {"text": Note.TAKEN.value},
    }[kind]


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_can_be_told_from_the_events(metric: str) -> None:
    everywhere = {"version", "install", "user", "session", "probe"}
    for word, columns in METRICS[metric].items():
        [kind] = [kind for kind in Kind if kind.word == word]
        assert set(columns) <= {*members_of(kind), *everywhere}


def test_the_kinds_and_their_streams_are_those_of_the_schema(validator: Draft202012Validator) -> None:
    described = validator.schema["properties"]["event"]
    assert [kind.word for kind in Kind] == described["enum"]
    for kind in Kind:
        [sentence] = [
            text for text in described["description"].split(". ") if kind.word in text.split(":")[0]
        ]
        assert f"{kind.stream}.log" in sentence


def test_a_category_stands_only_where_there_is_one() -> None:
    assert "category" not in command_members(Account("status"))
    assert command_members(Account("status", category="PluginError"))["category"] == "PluginError"


def test_an_error_of_no_command_names_none() -> None:
    assert error_members(Mishap("PluginError", "critical", "KeyError")) == {
        "category": "PluginError",
        "severity": "critical",
        "type": "KeyError",
    }


def test_no_duration_is_below_zero_or_finer_than_microseconds() -> None:
    assert call_members(Account("status", render_s=0.12345678), -1e-9) == {
        "command": "status",
        "mode": "default",
        "format": "terminal",
        "latency_s": 0.0,
        "render_s": 0.123457,
        "cache_lookups": 0,
        "cache_hits": 0,
    }


@pytest.mark.parametrize(
    ("platform", "system"),
    [("linux", "linux"), ("darwin", "macos"), ("win32", "windows"), ("freebsd14", "other")],
)
def test_a_session_names_the_system_and_python(
    monkeypatch: pytest.MonkeyPatch, platform: str, system: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert session_members(has_started=False) == {"outcome": "failed", "system": system, "python": python}


def test_what_the_debug_stream_says_fits_the_schema(validator: Draft202012Validator) -> None:
    longest = validator.schema["properties"]["text"]["maxLength"]
    assert all(len(json.dumps(note.value)) <= longest for note in Note)
