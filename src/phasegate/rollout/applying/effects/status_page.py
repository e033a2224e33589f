"""The status page on the docs branch, as the state is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.rollout.applying.effects.performed import Performed
from phasegate.rollout.statuspage import render_status_page

if TYPE_CHECKING:
    from phasegate.ledger.records import Effect
    from phasegate.ledger.state import State
    from phasegate.rollout.desk import Desk


def perform(desk: Desk, state: State, effect: Effect) -> Performed:  # noqa: ARG001 - every effect has this form
    """Render the page; it is published with the record of this effect."""
    return Performed("published", render_status_page(state))
