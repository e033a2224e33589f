"""Flag rollback: each channel keeps its tree, with the feature flags off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.rollout.planning.targets import (
    Choice,
    RollbackRequest,
    Target,
    current_release,
    nothing_to_roll_back,
    representative,
)

if TYPE_CHECKING:
    from phasegate.config import Config
    from phasegate.ledger.state import State


def choose(state: State, config: Config, request: RollbackRequest) -> Choice:  # noqa: ARG001 - every kind has this form
    """Every channel (or the one asked for) whose release has a flag on; none where all are off already.

    Raises:
        PhasegateError: `nothing-to-roll-back` where no channel's release has a flag.
    """
    channels = [request.channel] if request.channel else list(state.channels)
    currents = {channel: current_release(state, channel) for channel in channels}
    if not any(release.flags for release in currents.values()):
        raise nothing_to_roll_back("no channel carries a release with a feature flag", state)
    enabled = {channel: release for channel, release in currents.items() if any(release.flags.values())}
    targets = tuple(
        Target(name, release, representative(state, release)) for name, release in enabled.items()
    )
    return Choice(targets, flags_off=True)
