"""How often the judge gives up a healthy release, and how soon a bad one: simulated, beside a fixed threshold and a z-test.

    python scripts/simulate_judge.py --seed 4 [--runs 2000] [--bad-runs 1000] [--units 5000] [--only TEXT] [--json] [--report FILE]

Every release is looked at after every event. Exit status: 0 where a rule fires on at most 5 % of each kind of healthy release (upper
Clopper-Pearson bound, 95 %) and each watch after a release keeps to its error probability; 1 where one does not; 3 where
too few were simulated to say.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Callable

from measuring.judging import HEALTHY, NEVER, detection, quantiles, upper_bound
from measuring.quiet import SILENCES, WATCHES, silent_for, watch
from measuring.releases import Release
from measuring.reports import Report, Verdict, command_line

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from measuring.judging import Outcome

MOST = 0.05
RATES = {0.08: 1.0, 0.15: 0.4, 0.20: 0.2, 0.30: 0.1, 0.50: 0.04, 1.0: 0.02}
"""True error rates, each with the part of the units that is enough for it."""
HEALTHY_UNITS = 5000
SLOWDOWNS = {1.25: 1.0, 1.5: 1.0, 2.0: 0.1, 3.0: 0.04}


@dataclass(frozen=True)
class Trial:
    """Releases of one kind.

    Attributes:
        kind, name: what they are like.
        play: plays one of them.
        seed: what is random goes by it.
        allowed: how many of them a rule may fire on, as a share; None where they are not healthy.
        counts: which delay is told.
    """

    kind: str
    name: str
    play: Callable[[Random], Outcome]
    seed: int
    allowed: float | None = None
    counts: str = "judge"

    def __call__(self, run: int) -> Outcome:
        """Play one of them; the same one for the same number."""
        return self.play(Random(f"{self.seed} {self.kind} {self.name} {run}"))  # noqa: S311 - a simulation


def main(arguments: list[str] | None = None) -> int:
    """Simulate and say so; the exit status."""
    options = parser().parse_args(arguments)
    rows: list[dict[str, object]] = []
    verdicts = []
    with ProcessPoolExecutor(options.workers) as pool:
        for trial, runs in trials(options):
            if options.only not in f"{trial.kind}: {trial.name}":
                continue
            outcomes = list(pool.map(trial, range(runs), chunksize=max(1, runs // 40)))
            rows.append({"kind": trial.kind, "release": trial.name, "runs": runs, **sum_up(outcomes, trial)})
            verdicts += verdict_of(outcomes, trial)
            print(words_of(rows[-1]), file=sys.stderr if options.json else sys.stdout, flush=True)
    verdict = max(verdicts, key=_WORST.index, default=Verdict.INCONCLUSIVE)
    return Report(verdict, rows, {"seed": options.seed}).tell(verdict.name, options)


_WORST = (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL)


def trials(options: argparse.Namespace) -> Iterator[tuple[Trial, int]]:
    """What is simulated, and how often."""
    units, seed = options.units, options.seed
    for name, play in HEALTHY.items():
        yield Trial("healthy", name, partial(play, units), seed, allowed=MOST), options.runs
    for rate in (0.005, 0.02, 0.04):
        for count in (300, 1000):
            common = partial(detection, Release(rate, rate, rate), count, "failures")
            yield Trial("promotion", f"{rate:.1%} fail, {count} units an arm", common, seed), options.bad_runs
    for rate, part in RATES.items():
        bad = partial(detection, Release(rate, 0.02), max(50, int(part * units)), "failures")
        yield Trial("bad", f"{rate:.0%} fail", bad, seed), options.bad_runs
    for factor, part in SLOWDOWNS.items():
        bad = partial(detection, Release(0.02, 0.02, slowdown=factor), max(50, int(part * units)), "slow")
        yield Trial("bad", f"{factor:g} times slower", bad, seed, counts="any_rule"), options.bad_runs
    for name, (installs, missing) in SILENCES.items():
        played = partial(silent_for, installs, missing)
        allowed = None if missing else MOST
        yield Trial("silence", name, played, seed, allowed, counts="any_rule"), options.bad_runs
    for name, (alpha, limit, horizon) in WATCHES.items():
        played = partial(watch, alpha, limit, horizon, limit, 0)
        yield Trial("watch", name, played, seed, allowed=alpha), options.runs
        for rate in (0.15, 0.30, 1.0) if horizon > HEALTHY_UNITS else ():
            played = partial(watch, alpha, limit, horizon, rate, HEALTHY_UNITS)
            yield Trial("watch", f"{name}; {rate:.0%} fail after 5000", played, seed), options.bad_runs


def sum_up(outcomes: list[Outcome], trial: Trial) -> dict[str, object]:
    """The cells of a row: how many gave the release up, the upper bound of that, and after how many units."""
    rolled = [outcome.judge for outcome in outcomes]
    fired = [outcome.any_rule for outcome in outcomes]
    cells: dict[str, object] = {
        "rolled back": _share(rolled),
        "bound of rolled back": round(upper_bound(_count(rolled), len(outcomes)), 4),
        "any rule": _share(fired),
        "bound of any rule": round(upper_bound(_count(fired), len(outcomes)), 4),
        "allowed": "" if trial.allowed is None else trial.allowed,
        "promoted": round(sum(outcome.promoted for outcome in outcomes) / len(outcomes), 4),
    }
    for name, attribute in (("judge", trial.counts), ("fixed", "fixed"), ("z-test", "z_test")):
        delays = [getattr(outcome, attribute) for outcome in outcomes]
        is_played = None not in delays
        middle, late = quantiles(delays) if is_played else (None, None)
        cells |= {f"{name} median": _told(middle), f"{name} p95": _told(late)}
        cells[f"{name} gave up"] = _share(delays) if is_played else ""
    return cells


def verdict_of(outcomes: list[Outcome], trial: Trial) -> list[Verdict]:
    """Whether no more healthy releases set off a rule than may; inconclusive where they were too few to say."""
    if trial.allowed is None:
        return []
    count, runs = _count([outcome.any_rule for outcome in outcomes]), len(outcomes)
    if upper_bound(count, runs) <= trial.allowed:
        return [Verdict.PASS]
    return [Verdict.FAIL if 1 - upper_bound(runs - count, runs) > trial.allowed else Verdict.INCONCLUSIVE]


def _count(delays: list[float]) -> int:
    return sum(delay < NEVER for delay in delays)


def _share(delays: list[float]) -> float:
    return round(_count(delays) / len(delays), 4)


def _told(delay: float | None) -> object:
    return "" if delay is None else "never" if delay == NEVER else round(delay)


def words_of(row: dict[str, object]) -> str:
    """A row as a line, without the cells that are empty."""
    return " · ".join(f"{name} {value}" for name, value in row.items() if value != "")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = command_line(__doc__)
    made.add_argument("--seed", type=int, default=4, help="what is random goes by it")
    made.add_argument("--runs", type=int, default=2000, help="healthy releases of each kind")
    made.add_argument("--bad-runs", type=int, default=1000, help="bad releases of each kind")
    made.add_argument("--units", type=int, default=5000, help="looks at a release")
    made.add_argument("--only", default="", help="the kinds whose name holds this")
    made.add_argument("--workers", type=int, default=os.cpu_count(), help="processes")
    return made


if __name__ == "__main__":
    sys.exit(main())
