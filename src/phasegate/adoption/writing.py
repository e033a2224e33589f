"""Writing without overwriting: a new file is whole or not there, and one that somebody else wrote meanwhile stays."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.gates.lock import locked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from phasegate.adoption.adoption import Draft
    from phasegate.git.repository import Repository

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)  # it may lead to another project's file
_BINARY = getattr(os, "O_BINARY", 0)


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
                raise _unwritten(draft.path, str(error), "Mend that, then repeat the command") from error


def _write(repository: Repository, draft: Draft) -> None:
    path, root = repository.root / draft.path, repository.root.resolve()
    if draft.after is not None:
        _append(path, draft.after, draft.content)
        return
    try:
        path.parent.mkdir(exist_ok=True)
    except FileExistsError:
        raise OSError(f"{path.parent.name} is in the way: it is no folder") from None
    if root not in (path.parent.resolve(), *path.parent.resolve().parents):
        raise OSError(f"{path.parent} leads out of the repository")
    if os.path.lexists(path) and not path.is_file():
        raise OSError(f"{path.name} is in the way: it is no file")
    _create(path, draft.content, repository.state_folder)


def _create(path: Path, content: bytes, unseen: Path) -> None:
    """A new file, which is whole before it has its name."""
    with _staged(unseen, path.name, content) as written:  # never seen in the checkout
        if _linked(written, path):
            return
    with _staged(path.parent, path.name, content) as written:
        if _linked(written, path):
            return
        if os.path.lexists(path):
            raise FileExistsError
        written.rename(path)  # without links, whole comes before exclusive


@contextmanager
def _staged(folder: Path, name: str, content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".phasegate-", dir=folder) as place:
        written = Path(place, name)
        with written.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield written


def _linked(written: Path, path: Path) -> bool:
    """Give the file its name, which unlike a rename fails where that is taken; false where no link leads there."""
    try:
        os.link(written, path)
    except FileExistsError:
        raise  # which is an OSError, too
    except OSError:  # another disk, or a file system without links
        return False
    return True


def _append(path: Path, before: bytes, addition: bytes) -> None:
    """Add to the file that holds `before`: what is there is not written again, so that nothing of it can be lost."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | _NO_LINK | _BINARY)
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


def _unwritten(path: str, why: str, next_step: str = "Repeat the command") -> PhasegateError:
    return PhasegateError(
        ErrorCode.FILE_UNWRITTEN,
        f"{path} was not written; what is there stays as it is.",
        why=why,
        hint=f"{next_step}: it looks again, and writes only what is still missing.",
    )
