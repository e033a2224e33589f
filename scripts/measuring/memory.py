"""Whether a process grows: its resident memory, read while it works, and the line through it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WARM_UP = 0.3
"""The share of the calls at the beginning that do not count: caches fill, and the allocator finds its size."""

LIMIT_BYTES_PER_CALL = 128.0
"""The growth that is still a plateau, 1.2 MiB in 10,000 calls; a leak of one small object a call is above it."""

_STRETCHES = 5
_FEWEST_SAMPLES = 10
"""A stretch with fewer says nothing."""


def resident_bytes(pid: int) -> int | None:
    """The resident memory of a process, or None where this system does not tell."""
    statm = Path(f"/proc/{pid}/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    try:
        listed = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)],  # noqa: S607 # nosec B607 - wherever a Unix has it
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return int(listed.stdout) * 1024


@dataclass(frozen=True)
class Growth:
    """How memory grew after the warm-up.

    Attributes:
        bytes_per_call: how steadily it grew.
        first_bytes: resident memory in the first stretch, the median.
        last_bytes: the same in the last.
    """

    bytes_per_call: float
    first_bytes: float
    last_bytes: float

    @property
    def is_leak(self) -> bool:
        """Whether that is more than a plateau."""
        return self.bytes_per_call > LIMIT_BYTES_PER_CALL


def growth_of(samples: Sequence[tuple[int, int]]) -> Growth | None:
    """The growth in `samples`, pairs of (calls so far, resident bytes); None where there are too few to say.

    The slope is the median of those of five stretches, and that of a stretch is Theil's and Sen's, the median over all
    pairs in it: one jump, as of the allocator or of a table of the interpreter's that gets its next size, tilts one stretch.
    """
    settled = samples[int(len(samples) * WARM_UP) :]
    length = len(settled) // _STRETCHES
    if length < _FEWEST_SAMPLES:
        return None
    stretches = [settled[start : start + length] for start in range(0, length * _STRETCHES, length)]
    slope = median(_slope(stretch) for stretch in stretches)
    first, last = (median(bytes_ for _, bytes_ in stretch) for stretch in (stretches[0], stretches[-1]))
    return Growth(slope, first, last)


def _slope(samples: Sequence[tuple[int, int]]) -> float:
    return median(
        (later_bytes - bytes_) / (later - calls)
        for place, (calls, bytes_) in enumerate(samples)
        for later, later_bytes in samples[place + 1 :]
    )
