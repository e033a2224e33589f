"""Notices appended to a file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.notify.channel import NotifyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from phasegate.config import Notify
    from phasegate.notify.message import Message

_DEFAULT_NAME = "notices.md"
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class FileChannel:
    """A Markdown file of all notices, oldest first; a notice that it holds already is not written again."""

    path: Path
    name: str = "file"

    def send(self, message: Message, key: str) -> None:
        """Append `message` in one write, so that notices of several processes never mix."""
        marker = f"<!-- notice {re.sub(r'[^A-Za-z0-9._:/@]', '-', key)} -->\n"
        entry = f"\n## {message.title}\n\n{message.body}\n\n{marker}".encode()  # a torn one has no marker
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self._holds(marker.encode()):
                self._append(entry)
        except OSError as error:
            raise NotifyError(f"{self.path}: {error.strerror or error}") from error

    def _holds(self, marker: bytes) -> bool:
        return self.path.exists() and marker in self.path.read_bytes()

    def _append(self, entry: bytes) -> None:
        descriptor = os.open(self.path, _APPEND, 0o644)
        try:
            if os.write(descriptor, entry) != len(entry):
                raise NotifyError(f"{self.path}: the notice was written in part")
            os.fsync(descriptor)  # the ledger will say that it was sent
        finally:
            os.close(descriptor)


def channel_for(config: Notify, folder: Path, environment: Mapping[str, str]) -> FileChannel:  # noqa: ARG001 - the shape of every channel
    """The file that `config` names below `folder`; else `notices.md` there."""
    return FileChannel(folder / (config.file or _DEFAULT_NAME))
