"""Events one by one, for whoever has to see them in the order of time: alerts, exports, timelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phasegate.telemetry.logs.gathering import Found, Gathering
from phasegate.telemetry.logs.line import Kind, read_line, timestamp_of
from phasegate.telemetry.logs.locations import expand, not_there
from phasegate.telemetry.logs.stream import Form
from phasegate.telemetry.readers.columns import members
from phasegate.telemetry.readers.copying import lines
from phasegate.telemetry.sources.opening import STREAMS, has_duckdb

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from phasegate.telemetry.logs.gathering import Piece
    from phasegate.telemetry.logs.stream import Stream
    from phasegate.telemetry.reading import Window

_ROWS = 10_000


class _Taker:
    def __init__(self, plugin: str, window: Window, found: Found) -> None:
        self.events: list[tuple[float, Mapping[str, Any]]] = []
        self._plugin = plugin
        self._window = window
        self._found = found
        self.reads_parquet = has_duckdb()

    def take(self, piece: Piece) -> bool:
        is_packed = piece.file.form is Form.PARQUET
        for at_us, event in (_unpacked if is_packed else _read)(piece, self._found):
            at_s = at_us / 1e6
            if event["plugin"] == self._plugin and self._window.since_s <= at_s < self._window.until_s:
                self.events.append((at_s, event))
        return False


def _read(piece: Piece, found: Found) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for text in lines(piece, found):
        kind, at_us, event = read_line(text)
        if kind is Kind.EVENT:
            yield at_us, event


def _unpacked(piece: Piece, found: Found) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The events of a compacted file, as their lines had them."""
    import duckdb

    from phasegate.telemetry.readers.connecting import connect
    from phasegate.telemetry.readers.tables import of_parquet

    names = members(piece.file.stream)
    values = ", ".join(f'"{name}"' for name in names)
    with connect() as connection:
        question = f"SELECT epoch_us(timestamp), {values} FROM {of_parquet([piece.file.path])} WHERE rejected IS NULL"
        try:
            answer = connection.execute(question)
            while rows := answer.fetchmany(_ROWS):
                for at_us, *row in rows:
                    event = {name: value for name, value in zip(names, row) if value is not None}
                    yield at_us, {**event, "timestamp": timestamp_of(at_us)}
        except duckdb.Error:
            found.refuse(piece.file.path, "no Parquet file of ours")


def read_events(
    folders: Iterable[str | os.PathLike[str]],
    plugin: str,
    window: Window,
    streams: Collection[Stream] = STREAMS,
) -> tuple[list[tuple[float, Mapping[str, Any]]], tuple[str, ...]]:
    """The events of `plugin` in `window` with their times (seconds since 1970), oldest first; and what could not be read.

    An event that was written twice comes twice. Without DuckDB, compacted files are among what could not be read.
    """
    there, missing = expand(folders)
    found = Found()
    taker = _Taker(plugin, window, found)
    with Gathering(there, streams, window.since_s, found) as gathering:
        gathering.give(taker)
    taker.events.sort(key=lambda pair: pair[0])
    return taker.events, (*found.unreadable, *not_there(missing))
