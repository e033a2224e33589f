"""Between what a share or a median lies, at every look at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from phasegate.telemetry.judge.mixture import mixture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_HALVINGS = 60
_LEAST = 1e-12


def share_limits(bad: int, units: int, alpha: float = 0.05) -> tuple[float, float]:
    """Between what the share lies that gave `bad` of `units`: at all looks together wrong with probability at most `alpha`.

    A confidence sequence: the shares that a uniform mixture has not refuted at 1/alpha (Robbins 1970; Howard, Ramdas,
    McAuliffe, Sekhon 2021, "Time-uniform, nonparametric, nonasymptotic confidence sequences"). 0 and 1 where there are no units.
    """
    good = units - bad
    marginal = math.lgamma(bad + 1) + math.lgamma(good + 1) - math.lgamma(units + 2)
    level = marginal + math.log(alpha)

    def is_inside(share: float) -> bool:
        return bad * math.log(share) + good * math.log1p(-share) > level

    estimate = min(max(bad / units if units else 0.5, _LEAST), 1 - _LEAST)
    low = _edge(estimate, _LEAST, is_inside) if bad else 0.0
    high = _edge(estimate, 1 - _LEAST, is_inside) if good else 1.0
    return low, high


def _edge(inside: float, outside: float, is_inside: Callable[[float], bool]) -> float:
    """Where the shares end that are inside, by halving; the end is not inside, so that the limits err to the wide side."""
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if is_inside(middle):
            inside = middle
        else:
            outside = middle
    return outside


def median_limit(values: Sequence[float], alpha: float, boundaries: Sequence[float] = ()) -> float | None:
    """A value that is below the median of what gave `values` at any look with probability at most `alpha`; None: too few values.

    The smallest of them that so many others do not exceed that "at most half of all do not" is refuted: the e-process of
    `mixture` at 1/2, asked for the median (Howard, Ramdas 2022, "Sequential estimation of quantiles"). Where `boundaries` are
    given it is the smallest of those with that property, which is what a histogram can answer; None beyond the last.
    """
    rank = _rank(len(values), alpha)
    if rank is None:
        return None
    found = sorted(values)[rank - 1]
    if not boundaries:
        return found
    return round_up(found, boundaries)


def median_boundary(
    at_most: Sequence[int], count: int, boundaries: Sequence[float], alpha: float
) -> float | None:
    """What `median_limit` gives for those boundaries, from a histogram alone: how many of `count` values are at most each."""
    rank = _rank(count, alpha)
    if rank is None:
        return None
    return next((boundary for below, boundary in zip(at_most, boundaries) if below >= rank), None)


def round_up(value: float, boundaries: Sequence[float]) -> float | None:
    """The smallest of `boundaries` that is not below `value`; None where there is none."""
    return min((boundary for boundary in boundaries if boundary >= value), default=None)


def _rank(count: int, alpha: float) -> int | None:
    """The fewest of `count` values that refute "at most half are as small"; they need 1/alpha."""
    half, needed = mixture(0.5), -math.log(alpha)
    if half.log_e(count, 0) < needed:
        return None
    low, high = count // 2, count
    while high - low > 1:
        middle = (low + high) // 2
        if half.log_e(middle, count - middle) >= needed:
            high = middle
        else:
            low = middle
    return high
