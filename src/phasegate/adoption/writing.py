"""Writing without overwriting: a new file is whole or not there, and one that somebody else wrote meanwhile stays."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from phasegate.adoption.adoption import Draft


def write_drafts(root: Path, drafts: Iterable[Draft]) -> None:
    """Write each draft below `root`, in their order.

    Raises:
        PhasegateError: `file-unwritten` where a file appeared or changed since it was looked at, or cannot be written;
            those before it are written, and repeating the command goes on from there.
    """
    for draft in drafts:
        try:
            _write(root, draft)
        except OSError as error:
            raise _unwritten(draft.path, str(error)) from error


def _write(root: Path, draft: Draft) -> None:
    path = root / draft.path
    if draft.after is not None:
        _append(path, draft.after, draft.content)
        return
    path.parent.mkdir(exist_ok=True)
    if root.resolve() not in (path.parent.resolve(), *path.parent.resolve().parents):
        raise OSError(f"{path.parent} leads out of the repository")
    _create(path, draft.content)


def _create(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _claim(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _claim(draft: Path, path: Path) -> None:
    """Give the file its name, which unlike a rename fails where that is taken."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        with path.open("xb") as file:
            file.write(draft.read_bytes())


def _append(path: Path, before: bytes, addition: bytes) -> None:
    """Add to the file that holds `before`: what is there is not written again, so that nothing of it can be lost."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "r+b", buffering=0) as file:
        if file.read() != before:
            raise OSError("somebody else changed it meanwhile")
        written = 0
        try:
            written = file.write(addition)
            os.fsync(file.fileno())
        finally:
            if written != len(addition):
                file.truncate(len(before))
    if written != len(addition):
        raise OSError("the disk is full")


def _unwritten(path: str, why: str) -> PhasegateError:
    return PhasegateError(
        ErrorCode.FILE_UNWRITTEN,
        f"{path} was not written; what is there stays as it is.",
        why=why,
        hint="Repeat the command: it looks again, and writes only what is still missing.",
    )
