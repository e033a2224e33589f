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
        self._making = Thread(target=lambda: self._made.append(connect()), name="connect", daemon=True)
        self._making.start()

    def result(self) -> duckdb.DuckDBPyConnection:
        """It, as soon as it is there."""
        self._making.join()
        return self._made[0]

    def close(self) -> None:
        """Let go of it."""
        self.result().close()
