"""Continuous quantiles: linear between neighbours, as SQL's PERCENTILE_CONT and DuckDB's quantile_cont are.

They are told to the nanosecond, so that readers which add in another order agree.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


DIGITS = 9
"""Of seconds, after the point."""


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The quantile `share`, 0 to 1, of values in order; None where there are none."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return round(low + (high - low) * (place - math.floor(place)), DIGITS)
