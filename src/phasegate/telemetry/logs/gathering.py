"""Which files, and which bytes of them, a reading takes: found under the side-cars, so that nothing is renamed meanwhile."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from phasegate.telemetry.logs.locations import shown
from phasegate.telemetry.logs.sidecar import held
from phasegate.telemetry.logs.spans import SLACK_S, Span, live_span, rotated_span
from phasegate.telemetry.logs.stream import (
    Form,
    LogFile,
    Stream,
    best_forms,
    list_files,
    refuse_other_than_a_file,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from typing_extensions import Self

_MOST_HELD = 200
"""Side-cars that are held at one time: each is an open file, and a process may have 1,024 of them."""


@dataclass(frozen=True)
class Piece:
    """What is read of a file: a span of a log, the whole of what is packed."""

    file: LogFile
    span: Span | None = None

    @property
    def size(self) -> int:
        """How many bytes are read."""
        return self.span.stop - self.span.start if self.span else self.file.size


@dataclass
class Found:
    """What was come across while files were taken."""

    files: int = 0
    unreadable: list[str] = field(default_factory=list)

    def refuse(self, path: Path, reason: object) -> None:
        """Note that the system refused `path`."""
        words = getattr(reason, "strerror", None) or str(reason).strip().split("\n")[0]
        self.unreadable.append(f"{shown(path)}: {words}")


class Taker(Protocol):
    """Who reads pieces."""

    reads_parquet: bool

    def take(self, piece: Piece) -> bool:
        """Take a piece; whether it has to stay as it is until all are loaded."""


class Gathering:
    """One pass over folders. While it is open, the files that were taken stay as they are, or `has_moved` says so."""

    def __init__(
        self, folders: Sequence[Path], streams: Collection[Stream], since_s: float, found: Found
    ) -> None:
        self._folders, self._since_s = folders, since_s
        self._streams = [stream for stream in Stream if stream in streams]
        self._holds = ExitStack()
        self._held = 0
        self._unheld: dict[Path, list[str]] = {}
        self._found = found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._holds.close()

    def give(self, taker: Taker) -> None:
        """Give each piece of the window to `taker`, stream by stream and the oldest first."""
        for folder in self._folders:
            try:
                there = {file.stream for file in list_files(folder)}
            except OSError as error:
                self._found.refuse(folder, error)
                continue
            for stream in self._streams:
                if stream in there:
                    self._give_stream(folder, stream, taker)

    def has_moved(self) -> bool:
        """Whether files that could not be held were renamed or deleted since."""
        return any(_names(folder) != names for folder, names in self._unheld.items())

    def _give_stream(self, folder: Path, stream: Stream, taker: Taker) -> None:
        with ExitStack() as holds:
            if self._held >= _MOST_HELD or not holds.enter_context(held(folder, stream, alone=False)):
                self._unheld.setdefault(folder, _names(folder))
            stays = False
            for file in self._choose(folder, stream, parquet=taker.reads_parquet):
                stays |= self._give_file(file, taker)
            if stays:
                self._held += 1
                self._holds.push(holds.pop_all())

    def _choose(self, folder: Path, stream: Stream, *, parquet: bool) -> list[LogFile]:
        try:
            files = [file for file in list_files(folder) if file.stream is stream]
        except OSError as error:
            self._found.refuse(folder, error)
            return []
        return [file for file in best_forms(files, parquet=parquet) if self._may_matter(file)]

    def _may_matter(self, file: LogFile) -> bool:
        """Whether it ended in the window or after its beginning; the live one did."""
        return not file.stamp or file.ended_s + SLACK_S >= self._since_s

    def _give_file(self, file: LogFile, taker: Taker) -> bool:
        if file.form is Form.PARQUET and not taker.reads_parquet:
            self._found.refuse(file.path, "a Parquet file; phasegate[telemetry] reads it")
            return False
        try:
            refuse_other_than_a_file(file.path.stat())
            span = None
            if file.form is Form.LOG:
                find = rotated_span if file.stamp else live_span
                span = find(file.path, self._since_s)
            self._found.files += 1
            return taker.take(Piece(file, span))
        except OSError as error:
            self._found.refuse(file.path, error)
            return False


def _names(folder: Path) -> list[str]:
    """The logs by name, the live one by its inode too, which a rotation changes."""
    try:
        files = list_files(folder)
    except OSError:
        return []
    return [file.name if file.stamp else f"{file.name} {_inode(file.path)}" for file in files]


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0
