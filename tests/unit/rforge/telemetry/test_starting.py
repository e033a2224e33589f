from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Callable

import pytest

from rforge.telemetry.starting import tell_failure

if TYPE_CHECKING:
    from pathlib import Path


class OwnError(LookupError):
    """A class that the plugin has, and Python has not."""


@pytest.fixture
def tracked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DO_NOT_TRACK")
    monkeypatch.setenv("RFORGE_LOGS", str(folder))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (SyntaxError("x"), "SyntaxError"),
        (OwnError(), "LookupError"),
        (json.JSONDecodeError("", "", 0), "ValueError"),
    ],
)
def test_what_cannot_be_loaded_is_a_session_that_failed(
    tracked: None, lines: Callable, error: Exception, kind: str
) -> None:
    tell_failure(error)
    assert [event["outcome"] for event in lines("plugin-usage")] == ["failed"]
    [told] = lines("plugin-errors")
    assert (told["category"], told["severity"], told["type"]) == ("PluginError", "critical", kind)


def test_where_telemetry_is_off_it_is_not_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RFORGE_LOGS", str(folder))
    tell_failure(SyntaxError())
    assert not folder.exists()


def test_where_it_cannot_be_told_nothing_else_happens(
    tracked: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rforge.telemetry.writer", None)
    tell_failure(SyntaxError())
    assert not folder.exists()
