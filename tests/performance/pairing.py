"""Two commands timed in pairs, A B A B, so that what else the machine does hits both alike."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Command:
    """A whole process to time: what it is called in the result, and how it is started."""

    name: str
    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str] | None = None

    def seconds(self) -> float:
        """Run it once; a benchmark of a command that fails would say nothing, so that raises."""
        start = time.perf_counter()
        ended = subprocess.run(
            self.arguments,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        elapsed = time.perf_counter() - start
        if ended.returncode != 0:
            raise AssertionError(f"{self.name} ended with {ended.returncode}: {ended.stdout!r}")
        return elapsed


@dataclass(frozen=True)
class Pairing:
    """The seconds of two commands that ran in turn."""

    first: Command
    second: Command
    first_s: tuple[float, ...]
    second_s: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """How many times as long the second takes: the median of the pairwise ratios."""
        return median(b / a for a, b in zip(self.first_s, self.second_s))

    def __str__(self) -> str:
        return (
            f"{self.first.name}: {median(self.first_s):.3f} s   {self.second.name}: {median(self.second_s):.3f} s   "
            f"ratio {self.ratio:.2f} (median of {len(self.first_s)} pairs)"
        )


def pair(first: Command, second: Command, rounds: int = 7, warmups: int = 1) -> Pairing:
    """Time both in turn for `rounds` pairs, after `warmups` pairs that do not count; prints the result."""
    pairs = [(first.seconds(), second.seconds()) for _ in range(warmups + rounds)][warmups:]
    pairing = Pairing(first, second, tuple(a for a, _ in pairs), tuple(b for _, b in pairs))
    print(f"\n{pairing}")
    return pairing
