"""The incident report of a full rollback: what the ledger knows, ready for people to complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.ledger.chain import read_operations
from phasegate.rollout.applying.effects.keeping import keep
from phasegate.rollout.incidents import Incident, entries_of, write_incident

if TYPE_CHECKING:
    from phasegate.ledger.operation import Operation
    from phasegate.ledger.records import Effect
    from phasegate.ledger.state import State
    from phasegate.rollout.applying.effects.performed import Performed
    from phasegate.rollout.desk import Desk

_TIMELINE_LENGTH = 20


def perform(desk: Desk, state: State, effect: Effect) -> Performed:
    """Write the report below the state folder, with the timeline of the last operations."""
    operations = read_operations(desk.repository.git, effect.values["ledger"] or None, _TIMELINE_LENGTH)
    name = f"incidents/operation-{effect.key.partition('/')[0]}.md"
    return keep(desk, name, write_incident(_incident(state, effect, operations)))


def _incident(state: State, effect: Effect, operations: tuple[Operation, ...]) -> Incident:
    values = effect.values
    return Incident(
        title=f"{values['withdrawn'] or values['version']} taken back",
        reason=values["reason"],
        withdrawn=state.withdrawn,
        timeline=entries_of(operations),
    )
