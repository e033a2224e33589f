"""Whether something became slower, from ratios of interleaved timings: pure, and the same for the same ratios.

A block times base, head, head, base, and gives one ratio, head / base; a steady drift of the machine cancels out in it.
Blocks are independent (fresh processes), so the number of blocks above the true median ratio is binomial with p = 1/2,
whatever the distribution: the k-th smallest ratio is a lower bound of the median with an error probability of
P(Bin(n, 1/2) < k) (the sign test; Conover, Practical Nonparametric Statistics, 3.2). No bootstrap is needed, which
would be too sure of itself at ten blocks.

The blocks are looked at several times, and there are many benchmarks. So that all that together errs with at most
1 - confidence: a benchmark is called slower at (1 - confidence) / (looks x benchmarks), and called fine at
(1 - confidence) / looks, as each slow one shall be missed that seldom.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import comb
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOKS = (8, 12, 18, 27, 40, 60)
"""After how many blocks it is asked whether they suffice."""


class Speed(Enum):
    """What the ratios say of a benchmark."""

    FINE = "fine"
    SLOWER = "slower"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Rule:
    """When a benchmark counts as slower: its median ratio is above `limit`, at this confidence in all."""

    limit: float = 1.10
    confidence: float = 0.95
    benchmarks: int = 1
    looks: int = len(LOOKS)

    @property
    def slower_error(self) -> float:
        """How probable it may be, at one look at one benchmark, that one that is not slower is called slower."""
        return (1 - self.confidence) / (self.looks * self.benchmarks)

    @property
    def fine_error(self) -> float:
        """The same for a slower one that is called fine."""
        return (1 - self.confidence) / self.looks


@dataclass(frozen=True)
class Judgement:
    """A benchmark's median ratio, its bounds at the rule's confidence (None: too few blocks for one), and the result."""

    ratio: float
    low: float | None
    high: float | None
    speed: Speed


def judge(ratios: Sequence[float], rule: Rule) -> Judgement:
    """What these ratios say.

    Raises:
        ValueError: there are none.
    """
    if not ratios:
        raise ValueError("there is no ratio to judge")
    ordered = sorted(ratios)
    low_rank, high_rank = rank(len(ordered), rule.slower_error), rank(len(ordered), rule.fine_error)
    low = ordered[low_rank - 1] if low_rank else None
    high = ordered[-high_rank] if high_rank else None
    speed = Speed.UNDECIDED
    if low is not None and low > rule.limit:
        speed = Speed.SLOWER
    elif high is not None and high <= rule.limit:
        speed = Speed.FINE
    return Judgement(median(ordered), low, high, speed)


def rank(blocks: int, error: float) -> int:
    """The k for which the k-th smallest of `blocks` values is below the true median but for `error`; 0 if there is none.

    The largest k with P(Bin(blocks, 1/2) < k) <= error.
    """
    below, k = 0.0, 0
    while k < blocks:
        below += comb(blocks, k) / 2**blocks
        if below > error:
            break
        k += 1
    return k
