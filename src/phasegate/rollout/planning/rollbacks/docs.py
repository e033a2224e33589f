"""Docs rollback: the docs branch alone gets the site that it had before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.rollout.planning.targets import (
    Choice,
    RollbackRequest,
    last_site,
    nothing_to_roll_back,
    requested_release,
)

if TYPE_CHECKING:
    from phasegate.config import Config
    from phasegate.ledger.state import State


def choose(state: State, config: Config, request: RollbackRequest) -> Choice:  # noqa: ARG001 - every kind has this form
    """The last good site, or the one of the version asked for.

    Raises:
        PhasegateError: `nothing-to-roll-back`, `version-unknown`.
    """
    if state.docs is None or state.docs.version is None:
        raise nothing_to_roll_back("the docs branch has never carried a release's site", state)
    if request.to is None and list(state.docs.sites)[-1] in state.docs.taken_back:
        return Choice()  # an earlier site is back already; further back only by --to
    wanted = requested_release(state, request.to).version if request.to else None
    bad = frozenset() if wanted else frozenset({state.releases[state.docs.version].content})
    site = last_site(state, bad, wanted)
    if site is None:
        raise nothing_to_roll_back(
            f"the docs branch has carried nothing good before {state.docs.version}", state
        )
    return Choice(site=None if site[0] == state.docs.version else site)
