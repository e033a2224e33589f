"""Lines of a piece, copied or one by one."""

from __future__ import annotations

import gzip
import sys
import zlib
from typing import IO, TYPE_CHECKING, Protocol

from phasegate.telemetry.logs.line import LONGEST_LINE
from phasegate.telemetry.logs.stream import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.telemetry.logs.gathering import Found, Piece

_CHUNK = 1 << 20


class Readable(Protocol):
    """A file, packed or not."""

    def readline(self, size: int, /) -> bytes:
        """A line, or its beginning."""


def copy_span(piece: Piece, target: IO[bytes]) -> None:
    """Append the bytes of a span to `target`, and the newline that its last line may want.

    Raises:
        OSError: it cannot be read.
    """
    assert piece.span is not None  # noqa: S101 (only logs have spans, and only they are copied)
    last = b"\n"
    with piece.file.path.open("rb") as file:
        file.seek(piece.span.start)
        left = piece.span.stop - piece.span.start
        while left > 0:
            chunk = file.read(min(_CHUNK, left))
            if not chunk:
                break
            target.write(chunk)
            left -= len(chunk)
            last = chunk
    if not last.endswith(b"\n"):
        target.write(b"\n")


def lines(piece: Piece, found: Found) -> Iterator[bytes]:
    """The lines of a log or of a packed one, as far as it can be unpacked; too long a one is cut, and so no event.

    Raises:
        OSError: it cannot be read.
    """
    if piece.file.form is Form.GZIP:
        yield from _unpacked(piece, found)
        return
    with piece.file.path.open("rb") as file:
        start, stop = (piece.span.start, piece.span.stop) if piece.span else (0, piece.file.size)
        file.seek(start)
        yield from cut_lines(file, stop - start)


def cut_lines(file: Readable, most: int = sys.maxsize) -> Iterator[bytes]:
    """The lines of the next `most` bytes; of one that is too long its beginning, without a newline."""
    left = most
    while left > 0:
        line = file.readline(min(LONGEST_LINE, left))
        if not line:
            return
        left -= len(line)
        yield line
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            left -= _skip_line(file, left)


def _unpacked(piece: Piece, found: Found) -> Iterator[bytes]:
    try:
        with gzip.open(piece.file.path, "rb") as file:
            yield from cut_lines(file)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        found.refuse(piece.file.path, f"damaged: {error}")


def _skip_line(file: Readable, most: int) -> int:
    """Read on to the end of the line that was begun; how many bytes that were."""
    skipped = 0
    while skipped < most:
        more = file.readline(min(LONGEST_LINE, most - skipped))
        skipped += len(more)
        if not more or more.endswith(b"\n"):
            break
    return skipped
