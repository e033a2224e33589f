"""Rotated files: how a live file becomes one, how it is called, and when it is too old.

A rotated file is called after the instant of its rotation (UTC), and keeps that name: `plugin-errors.STAMP.log`, then
compressed `.log.gz`, then perhaps, by phasegate, `.parquet`. Each better form appears whole, and takes the other's place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from rforge.locks import held

if TYPE_CHECKING:
    from pathlib import Path

FORMS = (".parquet", ".log.gz", ".log")
"""The forms of a rotated file, the best first."""

MOST_DAYS = 30
"""How long a rotated file is kept, in days."""

PATIENCE_S = 0.01
"""How long to wait for an instant in which nobody writes, in seconds: there are many, but short ones."""

_STAMP = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True)
class Rotated:
    """A rotated file of a stream, in all its forms.

    Attributes:
        stamp: the instant of its rotation, as its name has it.
        forms: the forms that are there, the best first.
    """

    stamp: str
    forms: tuple[Path, ...]

    @property
    def is_raw(self) -> bool:
        """Whether it is there as it was written."""
        return self.forms[-1].suffix == ".log"


def rotate(folder: Path, name: str, least_bytes: int, now: datetime) -> bool:
    """Rename the live file of the stream `name` if it has so many bytes and nobody reads it; whether it was.

    Raises:
        OSError: the system refuses it.
    """
    with held(folder / f".{name}.lock", PATIENCE_S) as nobody_writes:
        if not nobody_writes:
            return False
        with held(folder / f".{name}.reading") as nobody_reads:
            live = folder / f"{name}.log"
            if not nobody_reads or not live.is_file() or live.stat().st_size < least_bytes:
                return False  # or another process was quicker
            live.rename(_free_name(folder, name, now))
            return True


def rotated_files(folder: Path, name: str) -> tuple[Rotated, ...]:
    """The rotated files of a stream, oldest first."""
    pattern = re.compile(
        rf"{re.escape(name)}\.(\d{{8}}T\d{{6}}\.\d{{6}}Z)({'|'.join(map(re.escape, FORMS))})"
    )
    found: dict[str, list[Path]] = {}
    for path in folder.iterdir():
        match = pattern.fullmatch(path.name)
        if match:
            found.setdefault(match.group(1), []).append(path)
    return tuple(Rotated(stamp, tuple(sorted(paths, key=_rank))) for stamp, paths in sorted(found.items()))


def outdated(rotated: tuple[Rotated, ...], most: int, now: datetime) -> tuple[Rotated, ...]:
    """Those that are kept no longer: all but the newest `most`, and what is older than a month."""
    oldest = (now - timedelta(days=MOST_DAYS)).strftime(_STAMP)
    return tuple(
        one for number, one in enumerate(rotated) if number < len(rotated) - most or one.stamp < oldest
    )


def remove(folder: Path, name: str, paths: tuple[Path, ...]) -> None:
    """Remove rotated files if nobody reads just now; else they stay for the next time.

    Raises:
        OSError: the system refuses it.
    """
    with held(folder / f".{name}.reading") as nobody_reads:
        if nobody_reads:
            for path in paths:
                path.unlink(missing_ok=True)


def now_utc() -> datetime:
    """The instant, in UTC."""
    return datetime.now(timezone.utc)


def _free_name(folder: Path, name: str, now: datetime) -> Path:
    while True:
        stem = f"{name}.{now.strftime(_STAMP)}"
        if not any((folder / f"{stem}{form}").exists() for form in FORMS):
            return folder / f"{stem}.log"
        now += timedelta(microseconds=1)


def _rank(path: Path) -> int:
    return next(rank for rank, form in enumerate(FORMS) if path.name.endswith(form))
