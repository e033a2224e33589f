"""The pre-deployment checklist: the gates of the first phase in five groups, each with what its gates found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phasegate.config import PHASES, Group
from phasegate.verdict import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.config import Config
    from phasegate.ledger.records import Judgement

PHASE = PHASES[0]
"""The phase whose gates are the checklist: nothing goes anywhere before it."""


@dataclass(frozen=True)
class Part:
    """One group of the checklist, and the evidence of each of its items."""

    group: Group
    judgements: tuple[Judgement, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of its items; a group that no gate examines is INCONCLUSIVE."""
        return worst(Verdict(judgement.verdict) for judgement in self.judgements)

    def as_json(self) -> dict[str, Any]:
        """The group for scripts."""
        items = [judgement.as_json() for judgement in self.judgements]
        return {"group": self.group.value, "verdict": self.verdict.value, "items": items}


def checklist(config: Config, judgements: Iterable[Judgement]) -> tuple[Part, ...]:
    """The five groups, in their order, with the judgements of the gates that belong to each."""
    judgements = tuple(judgements)
    return tuple(
        Part(group, tuple(j for j in judgements if config.gate(j.gate).group is group)) for group in Group
    )
