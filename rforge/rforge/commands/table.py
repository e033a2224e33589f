"""The commands by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.commands import analyze, deps, detect, impact, next_steps, status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rforge.commands.command import Command

_MODULES = (status, analyze, detect, deps, next_steps, impact)

COMMANDS: Mapping[str, Command] = {module.COMMAND.name: module.COMMAND for module in _MODULES}
