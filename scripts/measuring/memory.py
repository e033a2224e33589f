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

_FEWEST_SAMPLES = 10


def resident_bytes(pid: int) -> int | None:
    """The resident memory of a process, or None where this system does not tell."""
    statm = Path(f"/proc/{pid}/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    try:
        listed = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)],  # noqa: S607 - wherever a Unix has it
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
        bytes_per_call: the slope of the line through the samples.
        first_bytes: resident memory where the line begins, as the line has it.
        last_bytes: where it ends.
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

    The line is Theil's and Sen's, the median of the slopes of all pairs: one jump of the allocator does not tilt it.
    """
    settled = samples[int(len(samples) * WARM_UP) :]
    if len(settled) < _FEWEST_SAMPLES:
        return None
    slopes = [
        (later_bytes - bytes_) / (later - calls)
        for place, (calls, bytes_) in enumerate(settled)
        for later, later_bytes in settled[place + 1 :]
    ]
    slope = median(slopes)
    start = median(bytes_ - slope * calls for calls, bytes_ in settled)
    return Growth(slope, start + slope * settled[0][0], start + slope * settled[-1][0])
