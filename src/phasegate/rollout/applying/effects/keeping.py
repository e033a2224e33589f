"""Files that an effect leaves on this machine, for people: whole or not there, and never written over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.rollout.applying.effects.performed import Performed
from phasegate.whole_file import write_whole

if TYPE_CHECKING:
    from phasegate.rollout.desk import Desk


def keep(desk: Desk, name: str, text: str) -> Performed:
    """Put `text` into the file `name` below the state folder; one that is there is whole, and may have been edited.

    The ledger gets its path as a checkout of its own would have it, for it is read elsewhere.
    """
    path = desk.repository.state_folder / name
    if not path.exists():
        write_whole(path, text)
    return Performed(f".git/{desk.repository.state_folder.name}/{name}")
