from __future__ import annotations

import json
import subprocess

import pytest

from rforge.errors import (
    Cancelled,
    MCPServerError,
    PluginError,
    RforgeError,
    TimeBudgetExceeded,
    ValidationError,
)
from rforge.telemetry.account import Account, Ending, Mishap, known_kind


@pytest.fixture
def account() -> Account:
    begun = Account()
    begun.begin("status", 5.0, {})
    return begun


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, ("default", "terminal", False)),
        ({"mode": None, "format": ""}, ("default", "terminal", False)),
        ({"mode": " Debug "}, ("debug", "terminal", True)),
        ({"format": "JSON"}, ("default", "json", True)),
        ({"mode": "ada@example.org", "format": 7}, ("unknown", "unknown", True)),
    ],
)
def test_only_words_that_there_are_are_written_down(
    arguments: dict[str, object], words: tuple[object, ...]
) -> None:
    account = Account()
    account.begin("status", 5.0, arguments)
    assert (account.mode, account.format, account.explicit) == words


@pytest.mark.parametrize(
    ("error", "ending", "category"),
    [
        (ValidationError("no"), Ending.REFUSED, "ValidationError"),
        (MCPServerError("no"), Ending.FAILED, "MCPServerError"),
        (PluginError("it", "broke"), Ending.FAILED, "PluginError"),
        (KeyError("x"), Ending.FAILED, "PluginError"),
        (Cancelled(), Ending.CANCELLED, ""),
        (KeyboardInterrupt(), Ending.CANCELLED, ""),
    ],
)
def test_why_there_is_no_answer_is_how_it_ended(
    account: Account, error: BaseException, ending: Ending, category: str
) -> None:
    account.fail(error)
    assert (account.ending, account.category) == (ending, category)
    assert account.duration_s > 0


def test_a_broken_lens_outweighs_a_used_up_budget(account: Account) -> None:
    account.degrade(PluginError("it", "broke"))
    account.degrade(TimeBudgetExceeded(5), is_partial=True)
    assert (account.ending, account.category) == (Ending.FAILED, "PluginError")


def test_something_that_nobody_foresaw_is_the_plugin_s_own_error(account: Account) -> None:
    account.break_off(KeyError("ada"))
    assert account.mishaps == [Mishap("PluginError", "critical", "KeyError")]


def test_a_wish_to_stop_is_no_error(account: Account) -> None:
    account.break_off(Cancelled())
    assert account.mishaps == []


def test_an_error_says_the_class_of_what_is_underneath(account: Account) -> None:
    account.meet(MCPServerError("no"), PermissionError(13, "/home/ada"))
    account.meet(ValidationError("no"))
    assert account.mishaps == [
        Mishap("MCPServerError", "high", "PermissionError"),
        Mishap("ValidationError", "low"),
    ]


def test_the_duration_is_that_of_the_command_alone(account: Account) -> None:
    account.report()
    first = account.duration_s
    account.report()
    assert account.duration_s == first


def test_what_is_remembered_is_counted(account: Account) -> None:
    previous = account.counting({"known": 3}.get)
    assert [previous("known"), previous("new")] == [3, None]
    assert (account.lookups, account.hits) == (2, 1)


class AdaLovelaceError(OSError):
    """A name that says something."""


class DisguisedError(ValueError):
    """Another's class that is called like one of ours."""


DisguisedError.__name__ = "ValidationError"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (KeyError(), "KeyError"),
        (TimeBudgetExceeded(1), "TimeBudgetExceeded"),
        (RforgeError("x"), "RforgeError"),
        (json.JSONDecodeError("x", "y", 0), "ValueError"),
        (subprocess.TimeoutExpired("x", 1), "Exception"),
        (AdaLovelaceError(), "OSError"),
        (DisguisedError(), "ValueError"),
    ],
)
def test_a_class_that_is_nobody_s_here_is_told_by_its_nearest_known_one(
    error: BaseException, kind: str
) -> None:
    assert known_kind(error) == kind
