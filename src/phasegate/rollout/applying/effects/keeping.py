"""Files that an effect leaves on this machine, for people: whole or not there, and never written over."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from phasegate.rollout.applying.effects.performed import Performed

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.rollout.desk import Desk


def keep(desk: Desk, name: str, text: str) -> Performed:
    """Put `text` into the file `name` below the state folder; one that is there is whole, and may have been edited.

    The ledger gets its path as a checkout of its own would have it, for it is read elsewhere.
    """
    path = desk.repository.state_folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_whole(path, text.encode("utf-8", "backslashreplace"))
    return Performed(f".git/{desk.repository.state_folder.name}/{name}")


def _write_whole(path: Path, content: bytes) -> None:
    """Write beside and rename: a process that dies in between leaves no beginning under the name."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())  # what the ledger calls done must outlive the machine's next minute
        partial.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            partial.unlink()
        raise
