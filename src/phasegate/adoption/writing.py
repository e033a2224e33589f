"""Writing without overwriting: a new file is whole or not there, and one that somebody else wrote meanwhile stays."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.gates.lock import locked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.adoption.adoption import Draft
    from phasegate.git.repository import Repository


def write_drafts(repository: Repository, drafts: Iterable[Draft]) -> None:
    """Write each draft in the checkout, in their order; of two writers at once, one waits and finds all written.

    Raises:
        PhasegateError: `file-unwritten` where a file appeared or changed since it was looked at, or cannot be written;
            those before it are written, and repeating the command goes on from there.
    """
    with locked(repository.state_folder / "init.lock", Event()):
        for draft in drafts:
            try:
                _write(repository, draft)
            except FileExistsError as error:
                raise _unwritten(draft.path, "somebody else wrote it meanwhile") from error
            except OSError as error:
                raise _unwritten(draft.path, str(error)) from error


def _write(repository: Repository, draft: Draft) -> None:
    path, root = repository.root / draft.path, repository.root.resolve()
    if draft.after is not None:
        _append(path, draft.after, draft.content)
        return
    path.parent.mkdir(exist_ok=True)
    if root not in (path.parent.resolve(), *path.parent.resolve().parents):
        raise OSError(f"{path.parent} leads out of the repository")
    with tempfile.TemporaryDirectory(dir=repository.state_folder) as folder:  # never seen in the checkout
        written = Path(folder, path.name)
        with written.open("xb") as file:
            file.write(draft.content)
            file.flush()
            os.fsync(file.fileno())
        _claim(written, path)


def _claim(written: Path, path: Path) -> None:
    """Give the file its name, which unlike a rename fails where that is taken."""
    try:
        os.link(written, path)
    except FileExistsError:
        raise  # which is an OSError, too
    except OSError:  # another disk, or a file system without links
        path.open("xb").close()
        try:
            path.write_bytes(written.read_bytes())
        except OSError:
            path.unlink()
            raise


def _append(path: Path, before: bytes, addition: bytes) -> None:
    """Add to the file that holds `before`: what is there is not written again, so that nothing of it can be lost."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "r+b", buffering=0) as file:
        if file.read() != before:
            raise FileExistsError
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
