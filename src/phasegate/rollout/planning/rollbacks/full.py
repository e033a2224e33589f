"""Full rollback: every channel and the docs go back to the last good public release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.rollout.planning.targets import (
    Choice,
    RollbackRequest,
    Target,
    bad_contents,
    current_release,
    last_public,
    nearest_site,
    nothing_to_roll_back,
    refuse_unproven,
    requested_release,
)

if TYPE_CHECKING:
    from phasegate.config import Config
    from phasegate.ledger.state import State


def choose(state: State, config: Config, request: RollbackRequest) -> Choice:
    """Every channel that carries anything else, with the one release that all get.

    Raises:
        PhasegateError: `nothing-to-roll-back`, `version-unknown`.
    """
    bad = bad_contents(state)
    if not bad and request.to is None:
        return Choice()
    good = requested_release(state, request.to) if request.to else last_public(state, config, bad)
    if good is None:
        raise nothing_to_roll_back("the public has carried nothing good before", state)
    currents = [(channel, current_release(state, channel)) for channel in state.channels]
    targets = tuple(
        Target(name, current, good) for name, current in currents if current.content != good.content
    )
    for target in targets:
        refuse_unproven(state, config, target.channel, good)
    withdrawn = (bad | {target.current.content for target in targets}) - {good.content}
    site = nearest_site(state, withdrawn, request.to)
    return Choice(targets, site, bad=frozenset(withdrawn), reports=bool(targets))
