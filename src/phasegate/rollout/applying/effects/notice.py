"""A notice through one channel: `notice:file`, `notice:console`, `notice:apprise`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.notify.dispatch import channels_for
from phasegate.notify.message import render
from phasegate.rollout.applying.effects.performed import Performed

if TYPE_CHECKING:
    from phasegate.ledger.records import Effect
    from phasegate.ledger.state import State
    from phasegate.rollout.desk import Desk


def perform(desk: Desk, state: State, effect: Effect) -> Performed:  # noqa: ARG001 - every effect has this form
    """Send the notice; a channel that this machine's configuration does not open is an error.

    Raises:
        NotifyError: it was not delivered.
        LookupError: there is no such channel here.
    """
    wanted = effect.name.partition(":")[2]
    channels = channels_for(desk.config.notify, desk.repository.state_folder, desk.environment)
    channel = next((c for c in channels if c.name == wanted), None)
    if channel is None:
        raise LookupError(f"the configuration opens no channel {wanted!r} here")
    values = {"project": desk.project, **effect.values}
    channel.send(render(values.pop("kind"), values), effect.key)
    return Performed(f"sent through {wanted}")
