"""Compressing rotated files, crash-safe: the compressed file appears whole, and only then the other one goes.

One process at a time does it for a stream, and finishes what others left.
"""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

from rforge.locks import held
from rforge.telemetry.rotation import now_utc, outdated, remove, rotated_files

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 10.0
"""How long to wait for another process that does the same, in seconds; nobody waits for this."""

_LEVEL = 6
_CHUNK_BYTES = 256 * 1024


def tidy(folder: Path, name: str, most_files: int) -> None:
    """Remove what is outdated of the stream `name`, and compress what is not compressed yet.

    Raises:
        OSError: the system refuses it; the next one goes on.
    """
    with held(folder / f".{name}.compressing", PATIENCE_S) as is_ours:
        if not is_ours:
            return
        for part in folder.glob(f".{name}.*.part"):
            part.unlink()
        for old in outdated(rotated_files(folder, name), most_files, now_utc()):
            remove(folder, name, old.forms)
        for rotated in rotated_files(folder, name):
            if rotated.is_raw:
                raw = rotated.forms[-1]
                if raw is rotated.forms[0]:
                    compress(raw)
                remove(folder, name, (raw,))


def compress(raw: Path) -> None:
    """Write `raw` compressed beside it, in one step that leaves nothing or all of it.

    Raises:
        OSError: there is no room, or the system refuses it.
    """
    target = raw.with_name(f"{raw.name}.gz")
    part = raw.with_name(f".{target.name}.part")
    try:
        with raw.open("rb") as plain, open(part, "wb", opener=_private) as file:
            with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
                while chunk := plain.read(_CHUNK_BYTES):
                    packed.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _keep_names(raw.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _keep_names(folder: Path) -> None:
    """Have the folder's names on the disk before anything is removed; Windows opens no folders."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
