"""Files that an effect leaves on this machine, for people: whole or not there, and never written over."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.rollout.applying.effects.performed import Performed

if TYPE_CHECKING:
    from phasegate.rollout.desk import Desk


def keep(desk: Desk, name: str, text: str) -> Performed:
    """Put `text` into the file `name` below the state folder; one that is there is whole, and may have been edited.

    The ledger gets its path as seen from the checkout, for it is read elsewhere.
    """
    path = desk.repository.state_folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_whole(path, text.encode("utf-8", "backslashreplace"))
    return Performed(path.relative_to(desk.repository.state_folder.parents[1]).as_posix())


def _write_whole(path: Path, content: bytes) -> None:
    """Write beside and rename: a process that dies in between leaves no beginning under the name."""
    handle, partial = tempfile.mkstemp(dir=path.parent, suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())  # what the ledger calls done must outlive the machine's next minute
        Path(partial).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(partial).unlink()
        raise
