"""What makes a lens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rforge.examined import Examined
    from rforge.report import Block
    from rforge.request import Mode


@dataclass(frozen=True)
class Lens:
    """What a mode adds to every command.

    Attributes:
        mode: the mode.
        parts: the parts of a package that it has to read, by their names in `rforge.package.survey`.
        blocks: what it adds.
        looks_at_all: whether it needs every package even if the request names one.
    """

    mode: Mode
    parts: frozenset[str]
    blocks: Callable[[Examined], tuple[Block, ...]]
    looks_at_all: bool = False
