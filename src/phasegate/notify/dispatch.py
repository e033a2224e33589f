"""Which channels a configuration opens."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from phasegate.notify.channel import Channel, NotifyError
from phasegate.redaction import Discretion, secrets_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.config import Notify
    from phasegate.notify.message import Message

_PACKAGE = "phasegate.notify.channels"
_FOLDER = str(Path(__file__).with_name("channels"))


@dataclass(frozen=True)
class _Discreet:
    """A channel that no secret leaves through, neither in a notice nor in an error."""

    inner: Channel
    discreet: Discretion = field(repr=False)

    @property
    def name(self) -> str:
        return self.inner.name

    def send(self, message: Message, key: str) -> None:
        clean = replace(message, title=self.discreet(message.title), body=self.discreet(message.body))
        try:
            self.inner.send(clean, key)
        except NotifyError as error:
            raise NotifyError(self.discreet(str(error))) from None


def channels_for(config: Notify, folder: Path, environment: Mapping[str, str]) -> tuple[Channel, ...]:
    """The channels that `config` opens, by name.

    Each module of `notify.channels` has a function `channel_for(config, folder, environment)`, which gives its channel, or
    None if the configuration does not ask for it.

    Args:
        config: where notices go.
        folder: phasegate's own folder, where the default file of notices is.
        environment: where the secrets are; they are taken out of everything that is sent.
    """
    variables = [config.apprise_variable] if config.apprise_variable else []
    discreet = Discretion(secrets_in(environment, *variables))
    modules = (import_module(f"{_PACKAGE}.{module.name}") for module in iter_modules([_FOLDER]))
    opened = (module.channel_for(config, folder, environment) for module in modules)
    return tuple(_Discreet(channel, discreet) for channel in opened if channel is not None)
