"""Notices on the terminal."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.notify.channel import NotifyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from phasegate.config import Notify
    from phasegate.notify.message import Message


@dataclass(frozen=True)
class ConsoleChannel:
    """The terminal's stderr: stdout belongs to results that scripts read."""

    name: str = "console"

    def send(self, message: Message, key: str) -> None:  # noqa: ARG002 - the shape of every channel
        """Print `message`; what the terminal cannot show is shown by its code."""
        encoding = sys.stderr.encoding or "utf-8"
        text = f"{message.title}\n\n{message.body}\n"
        try:
            sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
            sys.stderr.flush()
        except OSError as error:
            raise NotifyError(f"stderr: {error.strerror or error}") from error


def channel_for(config: Notify, folder: Path, environment: Mapping[str, str]) -> ConsoleChannel | None:  # noqa: ARG001 - the shape of every channel
    """The console, unless `config` turns it off."""
    return ConsoleChannel() if config.console else None
