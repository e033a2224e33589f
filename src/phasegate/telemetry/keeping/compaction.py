"""Rotated logs become Parquet, a twentieth of their size, and nothing of them is lost: what is no event is kept as text.

A Parquet file appears finished, by a rename, before the log that it stands for goes; who is killed in between leaves both,
of which readers take the Parquet. Members that the schema does not know are not kept.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from phasegate.telemetry.keeping.retention import KEPT_S, Tidying, prune
from phasegate.telemetry.logs.gathering import Found, Piece
from phasegate.telemetry.logs.line import Kind, read_line
from phasegate.telemetry.logs.locations import expand
from phasegate.telemetry.logs.sidecar import held, only_one
from phasegate.telemetry.logs.spans import Span
from phasegate.telemetry.logs.stream import Form, LogFile, file_name, list_files
from phasegate.telemetry.readers.columns import members
from phasegate.telemetry.readers.connecting import connect
from phasegate.telemetry.readers.copying import lines
from phasegate.telemetry.readers.duckdb import MISJUDGES
from phasegate.telemetry.readers.tables import STATE_IS_EVENT, of_logs, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

_PART = ".part"


def compact(
    folders: Iterable[str | os.PathLike[str]], *, kept_s: float = KEPT_S, now_s: float | None = None
) -> Tidying:
    """Compact what is rotated in `folders` (paths and patterns), then delete what is older than `kept_s`.

    A folder in which another process does so is left to it.
    """
    folders = list(folders)
    tidying = Tidying()
    for folder in expand(folders)[0]:
        with only_one(folder, ".compacting") as alone, connect() as connection:
            if alone:
                try:
                    _compact_folder(folder, connection, tidying)
                except OSError as error:
                    tidying.problems.append(f"{folder}: {error.strerror}")
    pruned = prune(folders, kept_s=kept_s, now_s=now_s)
    return Tidying(
        tidying.compacted,
        tidying.deleted + pruned.deleted,
        tidying.waiting + pruned.waiting,
        tidying.problems + pruned.problems,
    )


def _compact_folder(folder: Path, connection: duckdb.DuckDBPyConnection, tidying: Tidying) -> None:
    for part in folder.glob(f".plugin-*{_PART}"):  # of one that was killed
        part.unlink()
    files = [file for file in list_files(folder) if file.stamp]
    packed = {(file.stream, file.stamp) for file in files if file.form is Form.PARQUET}
    for file in sorted(files, key=lambda file: file.form is not Form.GZIP):
        if file.form is Form.PARQUET:
            continue
        if (file.stream, file.stamp) not in packed:
            with held(folder, file.stream, alone=False):
                try:
                    _write(file, connection)
                except (OSError, duckdb.Error, ValueError) as error:
                    tidying.problems.append(f"{file.path}: {str(error).strip().splitlines()[0]}")
                    continue
            tidying.compacted.append(file.path)
            packed.add((file.stream, file.stamp))
        tidying.delete(file)


def _write(file: LogFile, connection: duckdb.DuckDBPyConnection) -> None:
    """Write the Parquet file of a rotated log.

    Raises:
        OSError, duckdb.Error: the log cannot be read, or the file not written.
        ValueError: the log is damaged.
    """
    target = file.folder / file_name(file.stream, file.stamp, Form.PARQUET)
    part = target.with_name(f".{target.name}{_PART}")
    with tempfile.TemporaryDirectory(prefix="phasegate-") as folder:
        relation = _whole(file, connection) or _sorted_out(file, Path(folder))
        connection.execute(
            f"COPY (SELECT * FROM {relation} ORDER BY timestamp) TO {quoted(part)} (FORMAT parquet, COMPRESSION zstd)"
        )
    modified = file.path.stat()
    os.utime(
        part, ns=(modified.st_atime_ns, modified.st_mtime_ns)
    )  # by which readers know that it is too old for them
    _sync(part)
    part.replace(target)
    _sync(file.folder)


def _whole(file: LogFile, connection: duckdb.DuckDBPyConnection) -> str | None:
    """The log as a relation, where DuckDB sees nothing in it but events."""
    if MISJUDGES or any(character in str(file.path) for character in "*?["):
        return None
    relation = of_logs(file.stream, [file.path], names=members(file.stream))
    try:
        row = connection.execute(f"SELECT count(*) FROM {relation} WHERE NOT ({STATE_IS_EVENT})").fetchone()
    except duckdb.Error:
        return None
    return f"(SELECT *, NULL::VARCHAR AS rejected FROM {relation})" if row == (0,) else None


def _sorted_out(file: LogFile, folder: Path) -> str:
    """The same line by line: events as they are, and the rest as texts, a newer schema's with its number.

    Raises:
        OSError: it cannot be read.
        ValueError: it is damaged.
    """
    events, rest, found = folder / "events.log", folder / "rest.log", Found()
    span = Span(0, file.path.stat().st_size) if file.form is Form.LOG else None
    with events.open("wb") as good, rest.open("w", encoding="utf-8") as bad:
        for text in lines(Piece(file, span), found):
            line = read_line(text)
            if line.kind is Kind.EVENT:
                good.write(text.rstrip(b"\r\n") + b"\n")
            elif line.kind is not Kind.BLANK:
                schema = line.event.get("schema") if line.kind is Kind.NEWER else None
                words = text.rstrip(b"\r\n").decode("utf-8", "backslashreplace")
                bad.write(json.dumps({"schema": schema, "rejected": words}) + "\n")
    if found.unreadable:
        raise ValueError("damaged; it is left as it is")
    names = members(file.stream)
    return (
        f"(SELECT *, NULL::VARCHAR AS rejected FROM {of_logs(file.stream, [events], names=names)} UNION ALL BY NAME "
        f"SELECT * FROM read_json({quoted(rest)}, format = 'newline_delimited', "
        "columns = {'schema': 'BIGINT', 'rejected': 'VARCHAR'}))"
    )


def _sync(path: Path) -> None:
    """Make sure that a file, or the names in a folder, outlive a loss of power, where the system can."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
