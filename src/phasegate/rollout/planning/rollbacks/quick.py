"""Quick rollback: each channel that carries the bad release gets its last good one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.rollout.planning.targets import (
    Choice,
    RollbackRequest,
    Target,
    bad_contents,
    current_release,
    last_good,
    nearest_site,
    nothing_to_roll_back,
    refuse_unproven,
    representative,
    requested_release,
)

if TYPE_CHECKING:
    from phasegate.config import Config
    from phasegate.ledger.state import State


def choose(state: State, config: Config, request: RollbackRequest) -> Choice:
    """The affected channels with their last good releases; none where all is rolled back already.

    Raises:
        PhasegateError: `nothing-to-roll-back`, `version-unknown`.
    """
    wanted = requested_release(state, request.to) if request.to else None
    bad = _bad(state, config, request) - ({wanted.content} if wanted else set())
    channels = [request.channel] if request.channel else list(state.channels)
    targets = []
    for channel in channels:
        current = current_release(state, channel)
        if current.content in bad:
            good = wanted or last_good(state, config, channel, bad)
            if good is None:
                raise nothing_to_roll_back(
                    f"channel {channel} has carried nothing good before {current.version}", state
                )
            refuse_unproven(state, config, channel, good)
            targets.append(Target(channel, current, representative(state, good)))
    docs_are_bad = (
        state.docs is not None
        and state.docs.version is not None
        and state.releases[state.docs.version].content in bad
    )
    site = nearest_site(state, bad, request.to) if docs_are_bad else None
    return Choice(tuple(targets), site, bad=bad)


def _bad(state: State, config: Config, request: RollbackRequest) -> frozenset[str]:
    if request.channel is None:
        bad = bad_contents(state)
        return bad or (_public_content(state, config) if request.to else bad)
    current = current_release(state, request.channel)
    if current.kind == "rollback" and request.to is None:
        return frozenset()
    return frozenset({current.content})


def _public_content(state: State, config: Config) -> frozenset[str]:
    """What the public has: what `--to` is about where nothing is known to be bad."""
    return frozenset({current_release(state, config.public_channel).content})
