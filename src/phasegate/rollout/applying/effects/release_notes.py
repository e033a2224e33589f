"""The release notes as a file of their own, for a hosted release or a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.rollout.applying.effects.keeping import keep
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from phasegate.ledger.records import Effect
    from phasegate.ledger.state import State
    from phasegate.rollout.applying.effects.performed import Performed
    from phasegate.rollout.desk import Desk


def perform(desk: Desk, state: State, effect: Effect) -> Performed:  # noqa: ARG001 - every effect has this form
    """Write the notes of the release below the state folder."""
    version = Version.parse(effect.values["version"])
    return keep(desk, f"release-notes/{version}.md", f"# {version}\n\n{effect.values['notes']}")
