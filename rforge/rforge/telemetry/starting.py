"""Loading the plugin's entry points: a release whose code cannot even be loaded says so before it ends."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def loaded(name: str) -> ModuleType:
    """The module `name`.

    Raises:
        Exception: whatever it raises while it is loaded; it is told before, if what tells it can be loaded.
    """
    try:
        return import_module(name)
    except Exception as error:
        with suppress(Exception):
            _tell(error)
        raise


def _tell(error: Exception) -> None:
    from rforge.plugin import current_user, data_folder, load_version, log
    from rforge.telemetry.journal import Journal

    journal = Journal(load_version(), current_user(), data_folder(), log)
    journal.tell_session(has_started=False)
    journal.tell_error(error)
    journal.close()
