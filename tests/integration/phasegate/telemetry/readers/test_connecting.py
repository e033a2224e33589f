"""DuckDB begins beside other work."""

from __future__ import annotations

import duckdb
import pytest

from phasegate.telemetry.readers import connecting
from phasegate.telemetry.readers.connecting import Connecting


def test_a_connection_that_was_begun_answers_and_loads_nothing_from_anywhere() -> None:
    begun = Connecting()
    question = "SELECT name, value FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', 'autoload_known_extensions')"
    assert dict(begun.result().execute(question).fetchall()) == {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    begun.close()


def test_a_connection_that_nobody_asked_for_is_let_go_of() -> None:
    begun = Connecting()
    begun.close()
    with pytest.raises(duckdb.ConnectionException):
        begun.result().execute("SELECT 1")


def test_what_keeps_it_from_beginning_is_told_to_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise MemoryError("no memory")

    monkeypatch.setattr(connecting, "connect", refuse)
    begun = Connecting()
    with pytest.raises(MemoryError, match="no memory"):
        begun.result()
