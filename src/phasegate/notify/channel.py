"""What a way out for notices is, and how it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from phasegate.notify.message import Message


class NotifyError(Exception):
    """A notice did not go out; the text says why, and holds no secret."""


class Channel(Protocol):
    """A way out for notices."""

    @property
    def name(self) -> str:
        """What the ledger calls it; the same on every machine."""

    def send(self, message: Message, key: str) -> None:
        """Deliver `message`; `key` tells one notice from another, and is the same when it is sent again.

        Raises:
            NotifyError: it was not delivered, or not everywhere.
        """
