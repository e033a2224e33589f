"""The logs of a plugin, read: from which folders, by which reader, and what came of it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Callable

from phasegate.telemetry.logs.gathering import Found, Gathering
from phasegate.telemetry.logs.locations import expand
from phasegate.telemetry.logs.stream import Stream

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from phasegate.telemetry.readers.duckdb import DuckdbSource
    from phasegate.telemetry.readers.plain import PlainSource
    from phasegate.telemetry.reading import Reading, Window

STREAMS = (Stream.COMMANDS, Stream.PERFORMANCE, Stream.ERRORS, Stream.USAGE)
"""What reports are made of; debugging texts are for people."""

READERS = ("duckdb", "plain")
_ATTEMPTS = 4


@contextmanager
def open_reading(
    folders: Iterable[str | os.PathLike[str]],
    plugin: str,
    window: Window,
    *,
    streams: Collection[Stream] = STREAMS,
    reader: str | None = None,
    clock: Callable[[], float] = time.time,
) -> Iterator[Reading]:
    """The events of `plugin` in `window`, read from the logs in `folders` (paths and patterns); it is closed with the body.

    Whatever is not there or cannot be read is said in its `intake`. Streams that are not among `streams` are not read, and
    have no events. `reader` is one of READERS; by default DuckDB where it is installed. Large live files are read from
    where the window begins, so lines that are no events are counted from there on.

    Raises:
        ValueError: there is no such reader.
        ImportError: DuckDB was asked for and is not installed.
    """
    with load(folders, plugin, window, streams, reader or default_reader(), clock) as (
        source,
        there,
        missing,
    ):
        yield source.reading(there, missing)


@contextmanager
def load(
    folders: Iterable[str | os.PathLike[str]],
    plugin: str,
    window: Window,
    streams: Collection[Stream],
    reader: str,
    clock: Callable[[], float],
) -> Iterator[tuple[DuckdbSource | PlainSource, Sequence[Path], Sequence[Path]]]:
    """The source that has read it all, the folders that are there or are not; see `open_reading`."""
    if reader not in READERS:
        raise ValueError(f"no reader is called {reader}: {', '.join(READERS)}")
    there, missing = expand(folders)
    for attempt in range(_ATTEMPTS):
        found = Found()
        with _source(reader, plugin, window, clock(), found, copies=attempt > 0) as source:
            with Gathering(there, streams, window.since_s, found) as gathering:
                gathering.give(source)
                is_whole = source.load() and not gathering.has_moved()
            if not is_whole and attempt == _ATTEMPTS - 1:
                found.unreadable.append(
                    "the logs changed each time that they were read, so some may be missing"
                )
            if is_whole or attempt == _ATTEMPTS - 1:
                yield source, [*there, *missing], missing
                return


def default_reader() -> str:
    """DuckDB where it is installed."""
    return "duckdb" if has_duckdb() else "plain"


def has_duckdb() -> bool:
    """Whether DuckDB is installed."""
    return find_spec("duckdb") is not None


def _source(
    reader: str, plugin: str, window: Window, now_s: float, found: Found, *, copies: bool
) -> DuckdbSource | PlainSource:
    if reader == "plain":
        from phasegate.telemetry.readers.plain import PlainSource

        return PlainSource(plugin, window, now_s, found)
    from phasegate.telemetry.readers.duckdb import DuckdbSource

    return DuckdbSource(plugin, window, now_s, found, copies=copies)
