"""The tables that DuckDB reads events into, and the statements that fill them.

Ids, users and sessions are only counted, so they are kept as 64-bit hashes: two of 5M differing ones share one with a
probability of 7e-7.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from phasegate.telemetry.logs.line import LONGEST_LINE
from phasegate.telemetry.logs.stream import Stream
from phasegate.telemetry.readers.columns import COMMON, KINDS, OWN, TYPES, members

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

REJECTED, EVENT, NEWER = 0, 1, 2
"""States of a row."""

STATE_IS_EVENT = """coalesce(schema = 1 AND timestamp IS NOT NULL AND id IS NOT NULL AND event IS NOT NULL
    AND plugin IS NOT NULL, false)"""
_STATE = f"CASE WHEN schema > 1 THEN {NEWER} WHEN {STATE_IS_EVENT} THEN {EVENT} ELSE {REJECTED} END"

_WHO = {
    "state": ("UTINYINT", _STATE),
    "at_us": ("BIGINT", "epoch_us(timestamp)"),
    "id": ("UBIGINT", "hash(id)"),
    "version": ("VARCHAR", "coalesce(version, '')"),
    "install": ("VARCHAR", "coalesce(install, '')"),
    "user": ("UBIGINT", 'hash("user")'),
    "session": ("UBIGINT", "hash(session)"),
    "probe": ("BOOLEAN", "coalesce(probe, false)"),
}


_IS_TIMED = "isfinite(duration_s) AND isfinite(budget_s) AND duration_s >= 0"
"""A run that does not tell both says nothing about time: neither that it was quick, nor that it was late."""


def _texts(*names: str) -> dict[str, tuple[str, str]]:
    return {name: ("VARCHAR", f"coalesce({name}, '')") for name in names}


def _numbers(*names: str) -> dict[str, tuple[str, str]]:
    return {name: ("DOUBLE", f"CASE WHEN isfinite({name}) THEN {name} END") for name in names}


def _as_it_is(*names: str) -> dict[str, tuple[str, str]]:
    return {name: (TYPES.get(name, "VARCHAR"), f'"{name}"') for name in names}


COLUMNS: dict[Stream, dict[str, tuple[str, str]]] = {
    Stream.COMMANDS: {
        **_WHO,
        **_texts("command", "mode", "format", "outcome"),
        "explicit": ("BOOLEAN", "coalesce(explicit, false)"),
        "duration_s": ("DOUBLE", f"CASE WHEN {_IS_TIMED} THEN duration_s END"),
        "over_budget": (
            "BOOLEAN",
            f"coalesce({_IS_TIMED} AND duration_s > budget_s, false)",
        ),
    },
    Stream.PERFORMANCE: {
        **_WHO,
        **_numbers("latency_s", "render_s"),
        **_as_it_is("cache_lookups", "cache_hits"),
    },
    Stream.ERRORS: {
        **_WHO,
        **{f"its_{name}": value for name, value in _as_it_is(*COMMON, *OWN[Stream.ERRORS]).items()},
    },
    Stream.USAGE: {**_WHO, **_texts("event", "outcome"), **_as_it_is("score", "documented", "accurate")},
    Stream.DEBUG: {**_WHO, **_texts("text")},
}
"""Of each stream's table: column → its type, and what it is of a line."""


def creation(stream: Stream, name: str) -> str:
    """The statement that makes the table `name` for a stream."""
    columns = ", ".join(f'"{column}" {kind}' for column, (kind, _) in COLUMNS[stream].items())
    return f"CREATE OR REPLACE TEMP TABLE {name} ({columns})"


def insertion(stream: Stream, name: str, logs: Sequence[Path], packed: Sequence[Path] = ()) -> str:
    """The statement that fills it from logs and, beside them, from compacted ones.

    Its parameters are the plugin and the window's beginning; of compacted logs only those parts are read that the window
    can be in.
    """
    values, wanted, selections = _values(stream), _wanted(stream), []
    if logs:
        selections = [f"{of_logs(stream, logs)} WHERE NOT ({STATE_IS_EVENT}) OR ({wanted})"]
    if packed:
        relation = of_parquet(packed)
        selections += [f"{relation} WHERE {wanted} AND schema = 1", f"{relation} WHERE rejected IS NOT NULL"]
    return f"INSERT INTO {name} " + " UNION ALL ".join(f"SELECT {values} FROM {each}" for each in selections)


def _values(stream: Stream) -> str:
    return ", ".join(expression for _, expression in COLUMNS[stream].values())


def _wanted(stream: Stream) -> str:
    kinds = ", ".join(f"'{kind}'" for kind in KINDS[stream])
    return f"plugin = $plugin AND timestamp >= make_timestamp($since) AND event IN ({kinds})"


def of_logs(stream: Stream, paths: Iterable[Path], names: Sequence[str] | None = None) -> str:
    """The lines of logs, packed ones too, as a relation with the stream's columns; a line that is no JSON is all NULL."""
    columns = ", ".join(f"'{name}': '{TYPES.get(name, 'VARCHAR')}'" for name in names or used(stream))
    return (
        f"read_json({_listed(paths)}, columns = {{{columns}}}, format = 'newline_delimited', ignore_errors = true, "
        f"timestampformat = '%Y-%m-%dT%H:%M:%S.%gZ', maximum_object_size = {LONGEST_LINE}, hive_partitioning = false)"
    )


def of_parquet(paths: Iterable[Path]) -> str:
    """The lines of compacted logs, as a relation."""
    return f"read_parquet({_listed(paths)}, union_by_name = true, hive_partitioning = false)"


def used(stream: Stream) -> Sequence[str]:
    """The members that are read; the fewer, the faster."""
    expressions = " ".join(expression for _, expression in COLUMNS[stream].values())
    words = {*re.findall(r"\w+", expressions), "event", "plugin"}
    return [name for name in members(stream) if name in words]


def _listed(paths: Iterable[Path]) -> str:
    return "[" + ", ".join(quoted(path) for path in paths) + "]"


def quoted(path: Path) -> str:
    """A path as a text of SQL; what is a pattern to DuckDB in it stays one."""
    return "'" + str(path).replace("'", "''") + "'"


def settle(connection: DuckDBPyConnection, name: str, *, until_us: int, now_us: int) -> Counter[str]:
    """Count what in the table `name` is no event of the window, or another's double, and let go of it."""
    row = connection.execute(_CENSUS.format(name=name), {"until": until_us}).fetchone() or (0,) * 5
    rows, rejected, newer, within, events = row
    future = 0
    if rows > within + rejected + newer:
        parameters = {"until": max(until_us, now_us + 1)}
        question = f"SELECT count(DISTINCT id) FROM {name} WHERE state = {EVENT} AND at_us >= $until"
        (future,) = connection.execute(question, parameters).fetchone() or (0,)
    if rows > within:
        connection.execute(
            f"DELETE FROM {name} WHERE state <> {EVENT} OR at_us >= $until", {"until": until_us}
        )
    if within > events:
        doubles = f"rowid NOT IN (SELECT min(rowid) FROM {name} GROUP BY id)"
        connection.execute(f"DELETE FROM {name} WHERE {doubles}")
    return Counter(rejected=rejected, newer=newer, future=future, events=events, duplicates=within - events)


def join(connection: DuckDBPyConnection, name: str, target: str) -> int:
    """Move the rows of the table `name` to `target`, but those that are there; how many those were that moved."""
    (oldest_us,) = connection.execute(f"SELECT min(at_us) FROM {name}").fetchone() or (None,)
    if oldest_us is None:
        return 0
    moved = connection.execute(
        f"INSERT INTO {target} SELECT * FROM {name} ANTI JOIN (SELECT id, at_us FROM {target} WHERE at_us >= $oldest) "
        "USING (id, at_us)",
        {"oldest": oldest_us},
    ).fetchone()
    return moved[0] if moved else 0


_CENSUS = f"""
SELECT count(*), count(*) FILTER (state = {REJECTED}), count(*) FILTER (state = {NEWER}),
    count(*) FILTER (state = {EVENT} AND at_us < $until), count(DISTINCT id) FILTER (state = {EVENT} AND at_us < $until)
FROM {{name}}"""
