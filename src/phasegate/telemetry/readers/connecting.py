"""A database of DuckDB's in memory."""

from __future__ import annotations

from threading import Thread

import duckdb


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory, which loads nothing from anywhere and keeps rows in no order."""
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_progress_bar = false")  # it would write into what we print
    return connection


class Connecting:
    """The same, made beside other work: DuckDB needs 30 ms for it, and none of Python's."""

    def __init__(self) -> None:
        self._made: list[duckdb.DuckDBPyConnection] = []
        self._refused: list[BaseException] = []
        self._making = Thread(target=self._make, name="connect")
        self._making.start()

    def _make(self) -> None:
        try:
            self._made.append(connect())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self._refused.append(error)

    def result(self) -> duckdb.DuckDBPyConnection:
        """It, as soon as it is there; raises what kept it from being made."""
        self._making.join()
        if self._refused:
            raise self._refused[0]
        return self._made[0]

    def close(self) -> None:
        """Let go of it."""
        self._making.join()
        for connection in self._made:
            connection.close()
