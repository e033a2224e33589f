"""The files of a log folder: one stream of events a file, rotated and packed under names that say when.

A live file is `plugin-commands.log`. Rotated at 05:52:24.123456 UTC it is `plugin-commands.20261123T055224.123456Z.log`, then
the same with `.gz`, then, compacted, with `.parquet` for `.log`. Each appears by an atomic rename of a finished file.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"plugin-([a-z]+)(?:\.(\d{8}T\d{6}\.\d{6}Z))?\.(log\.gz|log|parquet)")


class Stream(Enum):
    """What is logged into a file of its own."""

    COMMANDS = "commands"
    PERFORMANCE = "performance"
    ERRORS = "errors"
    USAGE = "usage"
    DEBUG = "debug"

    @property
    def live_name(self) -> str:
        """The name of the file that is written to."""
        return f"plugin-{self.value}.log"


class Form(Enum):
    """How a file holds its lines."""

    LOG = "log"
    GZIP = "log.gz"
    PARQUET = "parquet"


@dataclass(frozen=True)
class LogFile:
    """A file of a stream.

    Attributes:
        folder: where it is.
        stream: what it holds.
        form: how it holds it.
        stamp: when it was rotated, as its name has it; empty where it is live.
        size: bytes.
        modified_s: when it was last written to, seconds since 1970.
    """

    folder: Path
    stream: Stream
    form: Form
    stamp: str
    size: int
    modified_s: float

    @property
    def name(self) -> str:
        """Its name in its folder."""
        return file_name(self.stream, self.stamp, self.form)

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.folder / self.name

    @property
    def rotated_s(self) -> float | None:
        """When it was rotated, seconds since 1970; None where it is live, or no time is called that."""
        try:
            return datetime.strptime(f"{self.stamp}+0000", "%Y%m%dT%H%M%S.%fZ%z").timestamp()
        except ValueError:
            return None

    @property
    def ended_s(self) -> float:
        """When its last line was written, at the latest; of a live one, so far."""
        return max(self.rotated_s or self.modified_s, self.modified_s)


def file_name(stream: Stream, stamp: str, form: Form) -> str:
    """What a file is called; a live one has an empty stamp."""
    return f"plugin-{stream.value}.{stamp}{'.' if stamp else ''}{form.value}"


def list_files(folder: Path) -> list[LogFile]:
    """The logs in `folder`, those of a stream oldest first and the live one last; what is called otherwise is not ours.

    Raises:
        OSError: the folder cannot be listed.
    """
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            file = _recognise(folder, entry)
            if file:
                found.append(file)
    return sorted(found, key=lambda file: (file.stream.value, not file.stamp, file.stamp, file.form.value))


def _recognise(folder: Path, entry: os.DirEntry[str]) -> LogFile | None:
    match = _NAME.fullmatch(entry.name)
    if match is None or match[1] not in _STREAMS:
        return None
    stamp, form = match[2] or "", Form(match[3])
    if not stamp and form is not Form.LOG:
        return None
    try:
        status = entry.stat()
    except OSError:  # it vanished; or it is a link to nowhere, which opening it will say
        return LogFile(folder, Stream(match[1]), form, stamp, 0, 0.0)
    return LogFile(folder, Stream(match[1]), form, stamp, status.st_size, status.st_mtime)


_STREAMS = {stream.value for stream in Stream}


def refuse_other_than_a_file(status: os.stat_result) -> None:
    """Raise OSError for what is no regular file: opening a pipe that nobody writes to would never end."""
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no file")


def best_forms(files: list[LogFile], *, parquet: bool) -> list[LogFile]:
    """Of what was rotated at one instant the best form alone: parquet (where it can be read), then gzip, then the log."""
    ranks = {Form.PARQUET: 3 if parquet else 0, Form.GZIP: 2, Form.LOG: 1}
    best: dict[tuple[Stream, str], LogFile] = {}
    for file in files:
        other = best.get((file.stream, file.stamp))
        if other is None or ranks[file.form] > ranks[other.form]:
            best[file.stream, file.stamp] = file
    return list(best.values())
