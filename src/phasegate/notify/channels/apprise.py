"""Notices through Apprise: chat, mail, desktop and whatever else its URLs reach.

The URLs carry secrets. They come from an environment variable alone, and no error or log line of ours holds one.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

from phasegate.notify.channel import NotifyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from apprise import NotifyBase

    from phasegate.config import Notify
    from phasegate.notify.message import Message

_WARNING_KINDS = frozenset({"rollback"})


@dataclass(frozen=True)
class AppriseChannel:
    """Every service that the URLs in a variable name, separated by blanks or commas as Apprise has them."""

    variable: str
    urls: str = field(repr=False)
    name: str = "apprise"

    def send(self, message: Message, key: str) -> None:  # noqa: ARG002 - services have no place for a key
        """Send `message` to each service; one that fails does not keep it from the others.

        Each service waits as long as its URL says (`cto` and `rto`), else as Apprise does: 4 s to connect, 4 s to
        answer.
        """
        if not self.urls.strip():
            raise NotifyError(f"the environment variable {self.variable} is not set")
        with _silent("apprise"):
            services = self._services()
            failed = [str(service.service_name) for service in services if not _accepts(service, message)]
        if failed:
            raise NotifyError(
                f"{len(failed)} of {len(services)} services did not take it: {', '.join(failed)}"
            )

    def _services(self) -> list[NotifyBase]:
        try:
            from apprise import Apprise
        except ImportError:
            raise NotifyError("Apprise is not installed; install phasegate[notify]") from None
        every = Apprise()
        if not _without_words(lambda: every.add(self.urls)):
            raise NotifyError(f"{self.variable} holds something that is no Apprise URL")
        return list(every)


def _accepts(service: NotifyBase, message: Message) -> bool:
    from apprise import Apprise, NotifyFormat, NotifyType

    alone = Apprise()
    alone.add(service)
    return _without_words(
        lambda: alone.notify(
            title=message.title,
            body=message.body,
            notify_type=NotifyType.WARNING if message.kind in _WARNING_KINDS else NotifyType.INFO,
            body_format=NotifyFormat.MARKDOWN,
        )
    )


def _without_words(ask: Callable[[], object]) -> bool:
    """Whether it worked; what a service raises is not passed on, for its words may hold the URL."""
    try:
        return bool(ask())
    except Exception:  # noqa: BLE001 - any of a hundred services, and whatever it uses
        return False


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Keep the library's own log lines from the terminal: some quote what a service answered."""
    logger = logging.getLogger(name)
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


def channel_for(config: Notify, folder: Path, environment: Mapping[str, str]) -> AppriseChannel | None:  # noqa: ARG001 - the shape of every channel
    """Apprise with the URLs in the variable that `config` names, if it names one."""
    if config.apprise_variable is None:
        return None
    return AppriseChannel(config.apprise_variable, environment.get(config.apprise_variable, ""))
