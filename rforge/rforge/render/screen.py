"""What the terminal format is written for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Screen:
    """What a report is written for.

    Attributes:
        width: columns of text; None where there is no end, as in a file.
        has_colour: whether ANSI colours are shown.
    """

    width: int | None = None
    has_colour: bool = False
