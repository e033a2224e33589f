"""The reader with DuckDB: what a window needs is loaded once into tables in memory, and asked there.

DuckDB goes on after lines that are no JSON and gives a row of NULLs for each, so they are counted exactly. DuckDB 1.4
(Python 3.9) takes two objects on one line for the first of them: where nothing else is rejected it counts an event there, and
newer ones count a rejected line. All take numbers and texts for each other where one can be read as the other.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter, defaultdict
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import duckdb

from phasegate.telemetry.logs.line import Kind, read_line
from phasegate.telemetry.logs.locations import shown
from phasegate.telemetry.logs.stream import Form, Stream
from phasegate.telemetry.readers.connecting import Connecting
from phasegate.telemetry.readers.copying import copy_span, cut_lines, lines
from phasegate.telemetry.readers.duckdb_reading import DuckdbReading
from phasegate.telemetry.readers.tables import (
    REJECTED,
    creation,
    insertion,
    join,
    settle,
)
from phasegate.telemetry.reading import Intake, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from typing_extensions import Self

    from phasegate.telemetry.logs.gathering import Found, Piece


_LARGE = 8 << 20
"""Bytes; smaller spans are copied together: a fleet's 500 files cost one, and one that grows is read to a known end."""

MISJUDGES = duckdb.__version__.startswith("1.")
"""Whether this DuckDB is one that Python 3.9 and 3.10 get: after a torn line it may lose the next, too, so that where it rejects
a line all are judged by ourselves; of two objects on a line it sees one; and it takes half of a gzip for the whole."""

_ARRIVED = "arrived"
_FEW, _SIDE_BY_SIDE = 1000, 2
"""Lines that are worth a file of their own, and files that lines which arrived share out among: each is read by one thread."""

_PATTERN = frozenset("*?[")


class DuckdbSource:
    """Takes pieces, and loads them all at once."""

    reads_parquet = True

    def __init__(
        self, plugin: str, window: Window, now_s: float, found: Found, *, copies: bool = False
    ) -> None:
        """With `copies` nothing that grows is read in its place."""
        self._found = found
        self._window, self._now_us, self._copies = window, round(now_s * 1e6), copies
        self._until_us = round(window.until_s * 1e6)
        self._parameters = {"plugin": plugin, "since": round(window.since_s * 1e6)}
        self._direct: dict[tuple[Stream, Form], list[Piece]] = defaultdict(list)
        self._spools: dict[Stream, IO[bytes]] = {}
        self._closing = ExitStack()
        self._tamed: dict[Path, Path] = {}
        self._counts: Counter[str] = Counter()

    def __enter__(self) -> Self:
        folder = self._closing.enter_context(tempfile.TemporaryDirectory(prefix="phasegate-"))
        self._folder = Path(folder)
        self._connecting = self._closing.enter_context(closing(Connecting()))
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def take(self, piece: Piece) -> bool:
        """Copy a small span; what is large is read in its place, and has to stay there."""
        if MISJUDGES and piece.file.form is Form.GZIP:  # it takes half of one for the whole
            self._spool(piece.file.stream).writelines(lines(piece, self._found))
            self._spool(piece.file.stream).write(b"\n")
            return False
        if piece.file.form is not Form.LOG or self._is_readable_in_place(piece):
            self._direct[piece.file.stream, piece.file.form].append(piece)
            return True
        copy_span(piece, self._spool(piece.file.stream))
        return False

    def load(self) -> bool:
        """Load what was taken; false where lines may be torn for they were read while they were written: read all again."""
        self._connection = self._connecting.result()
        for spool in self._spools.values():
            spool.flush()
        for stream in Stream:
            self._connection.execute(creation(stream, stream.value))
            if stream in self._spools or any(stream is key[0] for key in self._direct):
                self._load_stream(stream)
                self._counts += settle(
                    self._connection, stream.value, until_us=self._until_us, now_us=self._now_us
                )
        return not (self._counts["rejected"] and any(map(_has_grown, self._growing())))

    def add(self, stream: Stream, texts: Sequence[bytes]) -> None:
        """Take lines that were appended since; what is there already counts as a double."""
        is_taken = self._take_arrived(stream, texts)
        if not is_taken or (MISJUDGES and self._has_rejected(_ARRIVED)):
            is_taken = self._take_arrived(stream, list(self._judged(texts)))
        if not is_taken:
            self._found.unreadable.append(f"{stream.live_name}: DuckDB cannot read lines that were appended")
        counts = settle(self._connection, _ARRIVED, until_us=self._until_us, now_us=self._now_us)
        added = join(self._connection, _ARRIVED, stream.value)
        self._counts += counts
        self._counts["duplicates"] += counts["events"] - added

    def _take_arrived(self, stream: Stream, texts: Sequence[bytes]) -> bool:
        share = max(_FEW, -(-len(texts) // _SIDE_BY_SIDE))
        paths: list[Path] = []
        for start in range(0, len(texts), share):
            paths.append(self._folder / f"arrived-{len(paths)}.log")
            paths[-1].write_bytes(b"\n".join([*texts[start : start + share], b""]))
        self._connection.execute(creation(stream, _ARRIVED))
        return self._insert(stream, paths, into=_ARRIVED)

    def forget(self, before_s: float) -> None:
        """Let go of what is older."""
        for stream in Stream:
            self._connection.execute(
                f"DELETE FROM {stream.value} WHERE at_us < $before", {"before": round(before_s * 1e6)}
            )

    def reading_of(
        self,
        window: Window,
        folders: Sequence[Path],
        missing: Sequence[Path],
        now_s: float,
        refused: Sequence[str],
    ) -> DuckdbReading:
        """What was taken by now of a window within ours."""
        span = {
            "since": round(window.since_s * 1e6),
            "until": round(window.until_s * 1e6),
            "now": round(now_s * 1e6),
        }
        events, future = self._connection.execute(_COUNTS, span).fetchone() or (0, 0)
        intake = replace(
            self.reading(folders, missing).intake,
            unreadable=tuple(dict.fromkeys([*self._found.unreadable, *refused])),
            events=events,
            future=future,
        )
        return DuckdbReading(self._connection, window, intake)

    def reading(self, folders: Sequence[Path], missing: Sequence[Path]) -> DuckdbReading:
        """What was loaded, ready to be asked."""
        intake = Intake(
            folders=tuple(map(shown, folders)),
            missing=tuple(map(shown, missing)),
            unreadable=tuple(self._found.unreadable),
            files=self._found.files,
            events=self._counts["events"],
            rejected=self._counts["rejected"],
            newer=self._counts["newer"],
            duplicates=self._counts["duplicates"],
            future=self._counts["future"],
        )
        return DuckdbReading(self._connection, self._window, intake)

    def _is_readable_in_place(self, piece: Piece) -> bool:
        """Whether it is large, read from its beginning, and does not end in half a line that may be finished meanwhile."""
        span, grows = piece.span, not piece.file.stamp
        if span is None or span.start > 0 or piece.size < _LARGE:
            return False
        return not (grows and (self._copies or span.stop < piece.file.size))

    def _growing(self) -> Iterable[Piece]:
        return (piece for pieces in self._direct.values() for piece in pieces if not piece.file.stamp)

    def _spool(self, stream: Stream) -> IO[bytes]:
        if stream not in self._spools:
            path = self._folder / f"{stream.value}.log"
            self._spools[stream] = self._closing.enter_context(path.open("ab"))
        return self._spools[stream]

    def _load_stream(self, stream: Stream) -> None:
        logs = {
            piece.file.path: piece for form in (Form.LOG, Form.GZIP) for piece in self._direct[stream, form]
        }
        spools = [Path(self._spools[stream].name)] if stream in self._spools else []
        packed = [piece.file.path for piece in self._direct[stream, Form.PARQUET]]
        if MISJUDGES or not self._insert(stream, [*logs, *spools], packed):
            self._load_logs(stream, logs, spools)
            self._load_packed(stream, packed)

    def _load_logs(self, stream: Stream, logs: Mapping[Path, Piece], spools: Sequence[Path]) -> None:
        if not self._insert(stream, [*logs, *spools]):
            for path in (*logs, *spools):
                if not self._insert(stream, [path]):
                    self._insert_cleaned(stream, self._lines_of(path, logs), path)
        if MISJUDGES and self._has_rejected(stream.value):
            self._connection.execute(creation(stream, stream.value))
            for path in (*logs, *spools):
                self._insert_cleaned(stream, self._judged(self._lines_of(path, logs)), path)

    def _load_packed(self, stream: Stream, packed: Sequence[Path]) -> None:
        if not self._insert(stream, (), packed):
            for path in packed:
                if not self._insert(stream, (), [path]):
                    self._found.refuse(path, "no Parquet file of ours")

    def _lines_of(self, path: Path, logs: Mapping[Path, Piece]) -> Iterator[bytes]:
        if path in logs:
            yield from lines(logs[path], self._found)
        else:
            with path.open("rb") as spool:
                yield from cut_lines(spool)

    def _has_rejected(self, name: str) -> bool:
        row = self._connection.execute(f"SELECT count(*) FROM {name} WHERE state = {REJECTED}").fetchone()
        return row != (0,)

    def _judged(self, texts: Iterable[bytes]) -> Iterator[bytes]:
        """The lines that are events, of a newer schema too; the rest is counted."""
        for text in texts:
            kind = read_line(text).kind
            self._counts["rejected"] += kind is Kind.REJECTED
            if kind in {Kind.EVENT, Kind.NEWER}:
                yield text

    def _insert(
        self, stream: Stream, logs: Sequence[Path], packed: Sequence[Path] = (), *, into: str = ""
    ) -> bool:
        """Whether all could be read; which one could not, DuckDB does not say: it is damaged, or has lines of megabytes."""
        if logs or packed:
            tame = [[self._tame(path) for path in paths] for paths in (logs, packed)]
            try:
                self._connection.execute(insertion(stream, into or stream.value, *tame), self._parameters)
            except duckdb.Error:
                return False
        return True

    def _tame(self, path: Path) -> Path:
        """The file under a name that is no pattern to DuckDB, which has no sure way to quote one."""
        if not _PATTERN.intersection(str(path)):
            return path
        tame = self._folder / f"{len(self._tamed)}-{path.name}"
        if path not in self._tamed:
            self._tamed[path] = tame
            try:
                tame.symlink_to(path)
            except OSError:  # not everybody may link on Windows
                shutil.copyfile(path, tame)
        return self._tamed[path]

    def _insert_cleaned(self, stream: Stream, cleaned: Iterable[bytes], path: Path) -> None:
        """Insert what we can read of a file that DuckDB cannot."""
        copy = self._folder / "cleaned.log"
        try:
            with copy.open("wb") as file:
                file.writelines(line if line.endswith(b"\n") else line + b"\n" for line in cleaned)
        except OSError as error:
            self._found.refuse(path, error)
        if not self._insert(stream, [copy]):
            self._found.refuse(path, "DuckDB cannot read it")


def _has_grown(piece: Piece) -> bool:
    try:
        return piece.file.path.stat().st_size != piece.file.size
    except OSError:
        return True


_COUNTS = f"""
SELECT count(*) FILTER (at_us < $until), count(*) FILTER (at_us >= $until AND at_us > $now)
FROM ({" UNION ALL ".join(f"SELECT at_us FROM {stream.value} WHERE at_us >= $since" for stream in Stream)})"""
