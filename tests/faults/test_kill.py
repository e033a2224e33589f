"""Kill: an operation that dies at any step or instant leaves the old world or the new one, and is finished by repeating it.

The whole: `nox -s faults`. A failing point alone: `--whole --seed N -k NAME --step STEP`.
"""

from __future__ import annotations

import itertools
import random
import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Callable

import pytest

if sys.platform == "win32":
    pytest.skip("signals and process groups are POSIX", allow_module_level=True)

from faults.operators import Fault, operate, processes_with
from faults.scenes import GATES_RUN, SCENES, Stage
from faults.server import serve
from faults.trials import Tally, trial

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from faults.operators import Ended
    from faults.scenes import Undisturbed
    from faults.server import Server
    from workshop import Workshop

    Figure = Callable[[str], None]

pytestmark = pytest.mark.timeout(1800)

QUICK_SCENES, QUICK_STEPS, QUICK_INSTANTS = 2, 12, 4
KILLED_INSTANTS, INTERRUPTED_INSTANTS = 28, 10
GATES_STEPS, GATES_INSTANTS = 30, 12
INTERRUPTED_STEPS, QUICK_SANDBOXES = 12, 2
WHOLLY_INTERRUPTED = ("deploy-public", "rollback-full")
SANDBOX = ("status", "--sandbox")
INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every scene in the whole run; in the quick one a few, which the seed chooses, in one test."""
    if "names" in metafunc.fixturenames:
        shares = {name: (name,) for name in SCENES} if metafunc.config.option.whole else {"some": ()}
        metafunc.parametrize("names", list(shares.values()), ids=list(shares))


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, _released: Workshop) -> Stage:
    return Stage(tmp_path_factory.mktemp("stage"), _released)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.getbasetemp()) as served:
        yield served


@pytest.fixture
def only_whole(whole: bool) -> None:
    """Skips a test that would be too long for the quick selection."""
    if not whole:
        pytest.skip("only with --whole: `nox -s faults`")


@pytest.fixture
def plays(stage: Stage, names: Sequence[str], seed: int) -> list[Undisturbed]:
    chosen = names or random.Random(f"{seed}").sample(list(SCENES), QUICK_SCENES)
    return [stage.play(SCENES[name]) for name in chosen]


def steps_of(played: Undisturbed, number: int = signal.SIGKILL) -> list[Fault]:
    """A fault at each step, and for a kill one in the middle of each write that outlives the command."""
    faults = []
    for step, what in enumerate(played.ended.steps, start=1):
        faults.append(Fault(step, number))
        if number == signal.SIGKILL and what.startswith("write ") and str(played.after.root) in what:
            faults.append(Fault(step, torn=True))
    return faults


def chosen(faults: list[Fault], count: int | None, config: pytest.Config) -> list[Fault]:
    """The faults at the step that was asked for, or `count` of them (None: all)."""
    if config.option.step is not None:
        return [fault for fault in faults if fault.step == config.option.step]
    if count is None or count >= len(faults):
        return faults
    return random.Random(f"{config.option.seed} {faults}").sample(faults, count)


def label(played: Undisturbed, fault: Fault) -> str:
    torn = ", torn" if fault.torn else ""
    return f"-k {played.scene.name} --step {fault.step}{torn} ({played.ended.steps[fault.step - 1][:160]})"


def kill(played: Undisturbed, fault: Fault, folder: Path, tally: Tally, *, repeats: bool) -> None:
    """Kill the scene's operator at a step, and see that what it left is finished."""
    with tally.point(label(played, fault)), trial(played, folder) as attempt:
        ended = attempt.perform(fault=fault)
        assert ended.status in (-signal.SIGKILL, -signal.SIGXFSZ), f"it ended with status {ended.status}"
        state = attempt.state()
        tally.counts.update([state, attempt.recover(state, repeats=repeats)])
        attempt.check_survival(torn=fault.torn)
        tally.counts["torn"] += fault.torn


def test_a_kill_at_any_step_is_survived(
    plays: list[Undisturbed], whole: bool, tmp_path: Path, figure: Figure, request: pytest.FixtureRequest
) -> None:
    for played in plays:
        tally = Tally()
        count = None if whole else QUICK_STEPS // QUICK_SCENES
        for number, fault in enumerate(chosen(steps_of(played), count, request.config)):
            kill(played, fault, tmp_path, tally, repeats=number % 2 == 0)
        figure(f"{played.scene.name}, {len(played.ended.steps)} steps, killed: {tally}")
        tally.check()


def test_a_command_that_is_repeated_changes_nothing(plays: list[Undisturbed], tmp_path: Path) -> None:
    for played in plays:
        with trial(played, tmp_path) as attempt:
            attempt.perform()
            attempt.recover(played.last_state, repeats=True)
            attempt.check_survival()


def test_a_kill_at_any_instant_is_survived(
    plays: list[Undisturbed], whole: bool, seed: int, server: Server, tmp_path: Path, figure: Figure
) -> None:
    """The server goes on; every second time so do the git commands of the phasegate that was killed."""
    for played in plays:
        tally = Tally()
        count = KILLED_INSTANTS if whole else QUICK_INSTANTS // QUICK_SCENES
        duration_s = duration_of(played, server, tmp_path)
        for number, after_s in enumerate(instants(played, seed, count, duration_s)):
            group = number % 2 == 0
            point = tally.point(f"{played.scene.name}: after {after_s:.3f} s, group: {group}")
            with point, trial(played, tmp_path, server) as attempt:
                ended = attempt.strike(signal.SIGKILL, after_s, group=group)
                server.settle()
                state = attempt.state()
                tally.counts.update([state, attempt.recover(state, repeats=number % 4 < 2)])
                attempt.check_survival()
                tally.counts["too late"] += ended.status == 0
        figure(f"{played.scene.name}, killed within {duration_s:.2f} s: {tally}")
        tally.check()


def instants(played: Undisturbed, seed: int, count: int, duration_s: float) -> list[float]:
    """Seconds after which to strike, anywhere in the operation."""
    chance = random.Random(f"{seed} {played.scene.name} {count}")
    return [chance.uniform(0, duration_s) for _ in range(count)]


@pytest.mark.usefixtures("only_whole")
def test_a_kill_while_git_holds_locks_is_survived(
    plays: list[Undisturbed], tmp_path: Path, figure: Figure
) -> None:
    """At each change of refs in the checkout; git leaves its locks, and the operator comes back a while later."""
    for played in plays:
        tally = Tally()
        for number in itertools.count(1):
            with (
                tally.point(f"{played.scene.name}: at change {number} of refs"),
                trial(played, tmp_path) as attempt,
            ):
                with dying_at_change(attempt.workshop.root, number):
                    ended = attempt.perform()
                tally.counts["locks left"] += len(attempt.age_locks())
                state = attempt.state()
                tally.counts.update([state, attempt.recover(state, repeats=number % 2 == 0)])
                attempt.check_survival()
            if ended.status == 0:
                break
        figure(f"{played.scene.name}, killed while git held locks: {tally}")
        tally.check()
        assert tally.counts["locks left"]


@contextmanager
def dying_at_change(checkout: Path, number: int) -> Iterator[None]:
    """All processes of an operator die when git has locked refs of the checkout for the `number`-th time."""
    hook = checkout / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f'#!/bin/sh\n[ "$1" = prepared ] && echo >>"$0.count" && [ $(wc -l <"$0.count") = {number} ] && kill -9 0\n:\n',
        encoding="utf-8",
    )
    hook.chmod(0o755)
    yield
    hook.unlink()


def duration_of(played: Undisturbed, server: Server, folder: Path) -> float:
    """How long the scene takes here and now, in seconds."""
    with trial(played, folder, server) as attempt:
        begun = time.monotonic()
        attempt.perform()
        return time.monotonic() - begun


def interrupt(played: Undisturbed, fault: Fault, folder: Path, tally: Tally, *, repeats: bool) -> None:
    """Interrupt the scene's operator at a step; it says so, cleans up, and what it left is finished."""
    with tally.point(label(played, fault)), trial(played, folder) as attempt:
        ended = attempt.perform(fault=fault)
        check_honesty(ended, fault.signal)
        assert ended.status != 0
        assert not list(attempt.temporary.iterdir())
        state = attempt.state()
        tally.counts.update([state, attempt.recover(state, repeats=repeats)])
        attempt.check_survival()


def check_honesty(ended: Ended, number: int) -> None:
    """See that an operator that was interrupted says so, or came to its end."""
    for word in ("Traceback", "Exception ignored", "error["):
        assert word not in ended.errors, ended.errors
    if ended.status != 0:
        assert ended.status == 128 + number, f"status {ended.status}: {ended.errors}"
        assert "Interrupted. Run `invoke status`; repeating the command is safe." in ended.errors
        assert "Done" not in ended.output


def test_an_interrupt_at_any_step_is_told_and_survived(
    plays: list[Undisturbed], whole: bool, tmp_path: Path, figure: Figure, request: pytest.FixtureRequest
) -> None:
    for played in plays:
        tally = Tally()
        count = INTERRUPTED_STEPS if whole else 1
        if whole and played.scene.name in WHOLLY_INTERRUPTED:
            count = None
        for number, fault in enumerate(chosen(steps_of(played, signal.SIGINT), count, request.config)):
            interrupt(played, fault, tmp_path, tally, repeats=number % 2 == 0)
        figure(f"{played.scene.name}, {len(played.ended.steps)} steps, interrupted: {tally}")
        tally.check()


def test_an_interrupt_at_any_instant_is_told_and_survived(
    plays: list[Undisturbed], whole: bool, seed: int, server: Server, tmp_path: Path, figure: Figure
) -> None:
    """Ctrl-C, the end of a job, and a closed terminal."""
    for played in plays if whole else plays[:1]:
        tally = Tally()
        count = INTERRUPTED_INSTANTS if whole else 1
        duration_s = duration_of(played, server, tmp_path)
        for number, after_s in enumerate(instants(played, seed, count, duration_s)):
            how = INTERRUPTS[number % len(INTERRUPTS)]
            point = tally.point(f"{played.scene.name}: {how.name} after {after_s:.3f} s")
            with point, trial(played, tmp_path, server) as attempt:
                ended = attempt.strike(how, after_s)
                server.settle()
                if ended.steps:  # else the verb had not begun
                    check_honesty(ended, how)
                state = attempt.state()
                tally.counts.update([state, attempt.recover(state, repeats=number % 2 == 0)])
                attempt.check_survival()
                tally.counts["too late"] += ended.status == 0
        figure(f"{played.scene.name}, interrupted within {duration_s:.2f} s: {tally}")
        tally.check()


@pytest.fixture
def judging(only_whole: None, stage: Stage) -> Undisturbed:
    """A deploy whose gates have not run yet."""
    return stage.play(GATES_RUN)


def test_a_kill_while_gates_run_is_survived(
    judging: Undisturbed, tmp_path: Path, figure: Figure, request: pytest.FixtureRequest
) -> None:
    tally = Tally()
    for number, fault in enumerate(chosen(steps_of(judging), GATES_STEPS, request.config)):
        kill(judging, fault, tmp_path, tally, repeats=number % 2 == 0)
    figure(f"{len(judging.ended.steps)} steps, some killed: {tally}")
    tally.check()


@pytest.mark.parametrize("how", INTERRUPTS, ids=lambda how: how.name)
def test_an_interrupt_while_gates_run_ends_them(
    judging: Undisturbed, how: signal.Signals, seed: int, tmp_path: Path, figure: Figure
) -> None:
    """It reaches phasegate alone, as a job's end does; no gate goes on, and none leaves its worktree."""
    tally = Tally()
    with trial(judging, tmp_path) as attempt:
        begun = time.monotonic()
        attempt.perform()
        duration_s = time.monotonic() - begun
    for after_s in instants(judging, seed, GATES_INSTANTS // len(INTERRUPTS), duration_s):
        with tally.point(f"after {after_s:.3f} s"), trial(judging, tmp_path) as attempt:
            ended = attempt.strike(how, after_s, group=False)
            if ended.steps:
                check_honesty(ended, how)
            assert not processes_with(str(attempt.temporary))
            state = attempt.state()
            tally.counts.update([state, attempt.recover(state, repeats=True)])
            attempt.check_survival()
            tally.counts["too late"] += ended.status == 0
    figure(f"interrupted within {duration_s:.2f} s: {tally}")
    tally.check()


def test_a_kill_while_a_sandbox_is_made_is_survived(
    workshop: Workshop, whole: bool, tmp_path: Path, figure: Figure, request: pytest.FixtureRequest
) -> None:
    """A sandbox that was not finished is made anew; what is in the way of it was never the user's."""
    tally, refs = Tally(), workshop.remote_refs()
    undisturbed = operate(workshop.root, *SANDBOX, str(tmp_path / "undisturbed"))
    steps = range(1, len(undisturbed.steps) + 1)
    faults = [Fault(step, torn=torn) for step in steps for torn in (False, True)]
    for fault in chosen(faults, None if whole else QUICK_SANDBOXES, request.config):
        folder = tmp_path / f"{fault.step}-{fault.torn}"
        with tally.point(f"step {fault.step}, torn: {fault.torn} ({undisturbed.steps[fault.step - 1]})"):
            tally.counts["killed"] += operate(workshop.root, *SANDBOX, str(folder), fault=fault).status < 0
            ended = operate(workshop.root, *SANDBOX, str(folder))
            assert (ended.status, ended.output) == (0, undisturbed.output), ended.errors
            assert workshop.remote_refs() == refs
    figure(f"a sandbox, {len(steps)} steps: {tally}")
    tally.check()
