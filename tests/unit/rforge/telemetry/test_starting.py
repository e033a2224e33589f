from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Callable

import pytest

from rforge.telemetry.starting import loaded

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tracked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DO_NOT_TRACK")
    monkeypatch.setenv("RFORGE_LOGS", str(folder))


def test_a_module_that_loads_is_given_and_nothing_is_told(tracked: None, folder: Path) -> None:
    assert loaded("rforge.budgets").QUICK_S == 5.0
    assert not folder.exists()


def test_a_module_that_does_not_load_is_a_session_that_failed(
    tracked: None, tmp_path: Path, lines: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torn_release.py").write_text("def main(", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SyntaxError):
        loaded("torn_release")
    assert [event["outcome"] for event in lines("plugin-usage")] == ["failed"]
    assert [event["type"] for event in lines("plugin-errors")] == ["SyntaxError"]


def test_where_telemetry_is_off_it_is_not_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RFORGE_LOGS", str(folder))
    with pytest.raises(ModuleNotFoundError):
        loaded("no_such_module")
    assert not folder.exists()


def test_where_it_cannot_be_told_the_error_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rforge.telemetry.writer", None)
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        loaded("no_such_module")
