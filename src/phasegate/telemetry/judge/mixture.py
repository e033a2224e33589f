"""Evidence that a share is above a limit: an e-process that may be looked at after every unit.

For H0 "each unit fails with a probability of at most p0, whatever came before", the likelihood ratio of p' > p0 to p0 is a
supermartingale, and so is its mean over several p'. By Ville's inequality the mean ever reaches 1/alpha with probability at most alpha
(Robbins 1970; Ramdas, Grünwald, Vovk, Shafer 2023, "Game-theoretic statistics and safe anytime-valid inference").
"""

from __future__ import annotations

import math
from functools import lru_cache

_VALUES = 24
_TOP = 0.99
_CURVE = 1.5
"""The values stand closer near the limit: measured, that finds 8 % against 5 % after a tenth fewer units than an even grid on
the logit scale, and costs large shares nothing."""


class Mixture:
    """The mean, over 24 shares above `limit`, of their likelihood ratios to it; in logarithms, from counts alone."""

    def __init__(self, limit: float) -> None:
        low, high = _logit(limit), _logit(max(_TOP, (1 + limit) / 2))
        shares = [
            1 / (1 + math.exp(-(low + (high - low) * (index / _VALUES) ** _CURVE)))
            for index in range(1, _VALUES + 1)
        ]
        self.ratios = tuple(
            (math.log(share / limit), math.log1p(-share) - math.log1p(-limit)) for share in shares
        )
        """Of each share: the logarithm of the likelihood ratio of a unit that failed, and of one that did not."""

    def log_e(self, failed: int, passed: int) -> float:
        """The evidence, as its natural logarithm; 0 where there are no units."""
        return log_mean([failed * bad + passed * good for bad, good in self.ratios])


@lru_cache(maxsize=64)
def mixture(limit: float) -> Mixture:
    """The mixture above `limit`, made once."""
    return Mixture(limit)


def log_mean(logs: list[float]) -> float:
    """The logarithm of the mean of what `logs` are the logarithms of."""
    top = max(logs)
    return top + math.log(math.fsum(math.exp(log - top) for log in logs) / len(logs))


def _logit(share: float) -> float:
    return math.log(share) - math.log1p(-share)
