"""What makes a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rforge.examined import Examined
    from rforge.report import Block


@dataclass(frozen=True)
class Command:
    """A question that can be asked about packages.

    Attributes:
        name: what users type.
        summary: a sentence that says what it answers.
        budget_s: its hard time budget in mode default, in seconds.
        parts: the parts of a package that it has to read, by their names in `rforge.package.survey`.
        blocks: what there is to say.
        answer_s: seconds of that which are kept for saying it, for each package that was read (measured, rounded up).
        looks_at_all: whether it reads every package even if the request names one, because it is about how they depend
            on each other.
        is_about_one: whether it is about one package, so that a name which none has is an error.
    """

    name: str
    summary: str
    budget_s: float
    parts: frozenset[str]
    blocks: Callable[[Examined], tuple[Block, ...]]
    answer_s: float = 0.0002
    looks_at_all: bool = False
    is_about_one: bool = False
