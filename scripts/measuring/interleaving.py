"""Two trees timed in turn until each benchmark is decided, or the blocks are used up."""

from __future__ import annotations

import random
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING

from measuring.comparison import LOOKS, Judgement, Rule, Speed, judge
from measuring.trees import Worker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TURN_S = 0.04
"""How long one turn of a benchmark lasts at least: shorter ones are repeated."""

MAX_TIMES = 1000


@dataclass
class Comparison:
    """What was measured: per benchmark its ratios and what they say; what only head has; what neither; what head broke."""

    rule: Rule
    clock: str
    times: dict[str, int] = field(default_factory=dict)
    ratios: dict[str, list[float]] = field(default_factory=dict)
    judgements: dict[str, Judgement] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)

    @property
    def slower(self) -> list[str]:
        """The benchmarks that became slower."""
        return [name for name, judged in self.judgements.items() if judged.speed is Speed.SLOWER]

    @property
    def undecided(self) -> list[str]:
        """Those that need more blocks."""
        return [name for name, judged in self.judgements.items() if judged.speed is Speed.UNDECIDED]


def compare(
    base: Path,
    head: Path,
    packages: Path,
    rule: Rule,
    clock: str = "cpu",
    only: str = "",
    looks: Sequence[int] = LOOKS,
) -> Comparison:
    """Time the benchmarks of both trees in blocks of base, head, head, base.

    Args:
        base: the tree to compare with.
        head: the tree that is judged.
        packages: the R packages that rforge works on.
        rule: when a benchmark is slower; how many benchmarks there are is filled in here.
        clock: `cpu` or `wall`.
        only: a part of the names of the benchmarks that are wanted.
        looks: after how many blocks it is judged.
    """
    compared = Comparison(rule, clock)
    _prepare(compared, base, head, packages, only)
    compared.rule = replace(rule, benchmarks=max(1, len(compared.times)), looks=len(looks))
    open_names, blocks = list(compared.times), 0
    for look in looks:
        while blocks < look and open_names:
            _measure_block(compared, (base, head), packages, open_names, blocks)
            blocks += 1
        for name in open_names:
            compared.judgements[name] = judge(compared.ratios[name], compared.rule)
        open_names = compared.undecided
    return compared


def _prepare(compared: Comparison, base: Path, head: Path, packages: Path, only: str) -> None:
    """Find what both trees can do, and how often each has to be repeated to be measurable."""
    with Worker(base, packages, 0) as old, Worker(head, packages, 0) as new:
        known = old.names()
        for name in [name for name in new.names() if only in name]:
            before = old.ask(run=name, times=1) if name in known else {"error": "absent"}
            after = new.ask(run=name, times=1)
            if "error" in before:
                (compared.absent if "error" in after else compared.new).append(name)
            elif "error" in after:
                compared.broken[name] = after["error"]
            else:
                once_s = min(max(before["wall_s"], 1e-6), max(after["wall_s"], 1e-6))
                compared.times[name] = min(MAX_TIMES, ceil(TURN_S / once_s))
        compared.broken.update({name: "absent" for name in set(known) - set(new.names()) if only in name})


def _measure_block(
    compared: Comparison, trees: tuple[Path, Path], packages: Path, names: Sequence[str], block: int
) -> None:
    """One block: fresh processes, in alternating order and with a hash seed of the block's own."""
    first = block % 2
    seed = random.SystemRandom().randrange(1, 2**32)
    with ExitStack() as stack:
        workers: dict[int, Worker] = {}
        for side in (first, 1 - first):
            workers[side] = stack.enter_context(Worker(trees[side], packages, seed))
        for name in names:
            seconds = [0.0, 0.0]
            for side in (first, 1 - first, 1 - first, first):
                seconds[side] += workers[side].seconds(name, compared.times[name], compared.clock)
            compared.ratios.setdefault(name, []).append(seconds[1] / seconds[0])
