"""Logs have an age at which they go: what was rotated, and what nobody writes to any more."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phasegate.telemetry.logs.locations import expand
from phasegate.telemetry.logs.sidecar import Sidecar, held
from phasegate.telemetry.logs.stream import LogFile, list_files

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from pathlib import Path

KEPT_S = 30 * 86_400.0
"""How long logs are kept by default."""


@dataclass
class Tidying:
    """What became of files.

    Attributes:
        compacted: files that were made Parquet.
        deleted: files that went.
        waiting: files that should have gone and are being read; they go the next time.
        problems: what could not be done, each with its words.
    """

    compacted: list[Path] = field(default_factory=list)
    deleted: list[Path] = field(default_factory=list)
    waiting: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def delete(self, file: LogFile) -> None:
        """Delete a file, where nobody reads its stream, nor writes to it if it is live."""
        with ExitStack() as holds:
            cars = (Sidecar.READING,) if file.stamp else (Sidecar.LOCK, Sidecar.READING)
            if not all(
                holds.enter_context(held(file.folder, file.stream, alone=True, car=car)) for car in cars
            ):
                self.waiting.append(file.path)
                return
            try:
                file.path.unlink()
            except FileNotFoundError:
                return
            except OSError as error:
                self.problems.append(f"{file.path}: {error.strerror}")
                return
            self.deleted.append(file.path)


def prune(
    folders: Iterable[str | os.PathLike[str]], *, kept_s: float = KEPT_S, now_s: float | None = None
) -> Tidying:
    """Delete the logs in `folders` (paths and patterns) that ended more than `kept_s` ago."""
    oldest_s = (time.time() if now_s is None else now_s) - kept_s
    tidying = Tidying()
    for folder in expand(folders)[0]:
        try:
            files = list_files(folder)
        except OSError as error:
            tidying.problems.append(f"{folder}: {error.strerror}")
            continue
        for file in files:
            if file.ended_s < oldest_s:
                tidying.delete(file)
    return tidying
