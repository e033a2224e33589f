"""The feature flag file of a plugin: `{"schema": 1, "flags": {NAME: {"enabled": true, …}}}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phasegate.plugin.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.plugin.json_file import JsonFile

SCHEMA = 1
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")


def flag_mistakes(file: JsonFile) -> Iterator[Finding]:
    """Every way in which `file` is no flag file of this schema."""
    if file.data.get("schema") is not SCHEMA:
        yield Finding(file.path, file.line_of("schema"), f"schema: must be {SCHEMA}")
    flags = file.data.get("flags")
    if not isinstance(flags, dict):
        yield Finding(file.path, file.line_of("flags"), "flags: must be there, an object")
        return
    for name, flag in flags.items():
        line = file.line_of("flags", name)
        if not _NAME.fullmatch(name):
            yield Finding(
                file.path, line, f"flags.{name}: a name is lower-case letters, digits, '_', '.', '-'"
            )
        if not isinstance(flag, dict):
            yield Finding(file.path, line, f"flags.{name}: must be an object")
        elif not isinstance(flag.get("enabled"), bool):
            line = file.line_of("flags", name, "enabled")
            yield Finding(file.path, line, f"flags.{name}.enabled: must be there, true or false")
