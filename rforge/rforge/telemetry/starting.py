"""A release whose code cannot even be loaded says so before it ends.

So this uses as little of the plugin as can be: not its errors, its requests, its flags.
"""

from __future__ import annotations

import builtins
import os
import time
from contextlib import suppress


def tell_failure(error: Exception) -> None:
    """The session could not start because of `error`; told if what tells it can be loaded."""
    with suppress(Exception):
        _tell(error)


def _tell(error: Exception) -> None:
    from rforge.plugin import current_user, data_folder, load_version
    from rforge.telemetry.event import Kind, session_members
    from rforge.telemetry.settings import read_settings
    from rforge.telemetry.writer import Writer

    settings = read_settings(os.environ)
    if not settings.is_on:
        return
    writer = Writer(settings, load_version(), current_user(), os.urandom(8).hex(), data_folder())
    writer.write(time.time(), Kind.SESSION, session_members(has_started=False))
    kind = next(kind for kind in type(error).__mro__ if getattr(builtins, kind.__name__, None) is kind)
    members = {"category": "PluginError", "severity": "critical", "type": kind.__name__}
    writer.write(time.time(), Kind.ERROR, {**members})
    writer.close()
