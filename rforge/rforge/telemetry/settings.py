"""What the environment says about telemetry; everything has a default, and only a bad value is ever mentioned."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_BYTES = 100 * 1000 * 1000
"""A live file of more bytes than that is rotated."""

FILES = 10
"""How many rotated files of a stream are kept."""

_ON, _OFF = ("1", "on", "true", "yes"), ("0", "off", "false", "no")


@dataclass(frozen=True)
class Settings:
    """How telemetry is set.

    Attributes:
        is_on: whether anything may be written, or made.
        folder: where the logs lie.
        is_probe: whether a synthetic probe asks, and no person.
        is_debug: whether the debug stream is written.
        file_bytes: at how many bytes a live file is rotated.
        files: how many rotated files of a stream are kept.
        complaint: a sentence about the first value that makes no sense, or nothing.
    """

    is_on: bool
    folder: Path
    is_probe: bool = False
    is_debug: bool = False
    file_bytes: int = FILE_BYTES
    files: int = FILES
    complaint: str = ""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`.

    A value that makes no sense is the default, but for the switch itself: whoever writes anything else than that it is
    on does not want it.

    Raises:
        OSError: the folder is below a home that nobody knows.
    """
    complaints: list[str] = []

    def truth(name: str, *, default: bool, otherwise: bool) -> bool:
        value = environment.get(name, "").strip().lower()
        if not value:
            return default
        if value in _ON or value in _OFF:
            return value in _ON
        complaints.append(f"{name} is neither on nor off; it counts as {'on' if otherwise else 'off'}.")
        return otherwise

    def number(name: str, default: int) -> int:
        value = environment.get(name, "").strip()
        if not value:
            return default
        if value.isascii() and value.isdigit() and int(value[:18]) > 0:
            return int(value[:18])
        complaints.append(f"{name} is no whole number above 0; it counts as {default}.")
        return default

    is_on = truth("RFORGE_TELEMETRY", default=True, otherwise=False)
    is_tracked = environment.get("DO_NOT_TRACK", "").strip() in ("", "0")
    return Settings(
        is_on=is_on and is_tracked,
        folder=_folder(environment.get("RFORGE_LOGS", "")),
        is_probe=truth("RFORGE_PROBE", default=False, otherwise=False),
        is_debug=truth("RFORGE_DEBUG", default=False, otherwise=False),
        file_bytes=number("RFORGE_LOG_BYTES", FILE_BYTES),
        files=number("RFORGE_LOG_FILES", FILES),
        complaint=complaints[0] if complaints else "",
    )


def _folder(named: str) -> Path:
    chosen = named.strip() or os.path.join("~", ".claude", "logs")  # noqa: PTH118 - as a shell reads it
    expanded = Path(os.path.expanduser(chosen))  # noqa: PTH111 - pathlib's raises another error
    if str(expanded).startswith("~"):
        raise OSError("nobody knows where this user's home is")
    return expanded.absolute()
