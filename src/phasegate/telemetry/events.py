"""Events one by one, for whoever has to see them in the order of time: alerts, exports, timelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phasegate.telemetry.gathering import Found, Gathering
from phasegate.telemetry.line import Kind, read_line
from phasegate.telemetry.locations import expand
from phasegate.telemetry.logs import STREAMS
from phasegate.telemetry.sources.copying import lines

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable, Mapping

    from phasegate.telemetry.gathering import Piece
    from phasegate.telemetry.reading import Window
    from phasegate.telemetry.stream import Stream


class _Taker:
    reads_parquet = False

    def __init__(self, plugin: str, window: Window, found: Found) -> None:
        self.events: list[tuple[float, Mapping[str, Any]]] = []
        self._plugin = plugin
        self._window = window
        self._found = found

    def take(self, piece: Piece) -> bool:
        for text in lines(piece, self._found):
            kind, at_us, event = read_line(text)
            at_s = at_us / 1e6
            is_wanted = kind is Kind.EVENT and event["plugin"] == self._plugin
            if is_wanted and self._window.since_s <= at_s < self._window.until_s:
                self.events.append((at_s, event))
        return False


def read_events(
    folders: Iterable[str | os.PathLike[str]],
    plugin: str,
    window: Window,
    streams: Collection[Stream] = STREAMS,
) -> tuple[list[tuple[float, Mapping[str, Any]]], tuple[str, ...]]:
    """The events of `plugin` in `window` with their times (seconds since 1970), oldest first; and what could not be read.

    An event that was written twice comes twice. Compacted files, which need DuckDB, are among what could not be read.
    """
    there, missing = expand(folders)
    found = Found()
    taker = _Taker(plugin, window, found)
    with Gathering(there, streams, window.since_s, found) as gathering:
        gathering.give(taker)
    taker.events.sort(key=lambda pair: pair[0])
    return taker.events, (*found.unreadable, *(f"{folder} is not there" for folder in missing))
