"""Disk: whatever write finds no room, the error is clear, and the same command goes on once there is some.

A small file system of its own is filled but for a few pages, fewer than the operation needs.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Callable

import pytest

if sys.platform != "linux":
    pytest.skip("small file systems are made as Linux does it", allow_module_level=True)

from faults.disks import small_disk
from faults.scenes import SCENES, STATES, TOLD, copied
from faults.trials import Tally, Trial
from phasegate.errors import ErrorCode
from workshop import git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faults.scenes import Scene, Stage

    Figure = Callable[[str], None]

pytestmark = pytest.mark.timeout(1800)

SIZE = 64 * 2**20
PAGE = 4096
WHOLE_SIZES, QUICK_SIZES = 30, 3
SPARE_PAGES = 6
POLL_S = 0.001
PLACES = ("checkout", "remote", "temporary")
NAMES = ("deploy-internal", "deploy-docs", "deploy-public", "rollback-full", "resume")
HAD_ROOM, REFUSED, LEFT_OPEN = "had room", "refused", "effects left open"
REFUSED_HERE = {
    ErrorCode.FILE_UNWRITTEN.exit_status: REFUSED,
    ErrorCode.EFFECTS_OPEN.exit_status: LEFT_OPEN,
}
REFUSED_THERE = {
    ErrorCode.PUSH_REJECTED.exit_status: "rejected",
    ErrorCode.REMOTE_UNREACHABLE.exit_status: "broken off",
    ErrorCode.EFFECTS_OPEN.exit_status: LEFT_OPEN,
}
REFUSED_BY_GATES = {
    ErrorCode.GATE_FAILED.exit_status: "gate failed",
    ErrorCode.GATE_ERROR.exit_status: "gate broke",
}


class Disk:
    """A file system of `SIZE` bytes in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def free_pages(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize // PAGE

    def leave(self, pages: int) -> None:
        """Fill all but `pages`."""
        with self._filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, (self.free_pages() - pages) * PAGE)

    def make_room(self) -> None:
        self._filler.unlink()


@pytest.fixture
def disk(tmp_path: Path, whole: bool) -> Iterator[Disk]:
    """An empty one; where the system gives none to us, the quick selection is skipped and the whole fails."""
    with small_disk(tmp_path / "disk", SIZE, whole=whole) as folder:
        yield Disk(folder)


@contextmanager
def trial_on(disk: Disk, place: str, stage: Stage, scene: Scene, folder: Path) -> Iterator[Trial]:
    """A trial whose checkout, remote or temporary folder lies on `disk`; the others have room."""
    played = stage.play(scene)
    elsewhere = (disk.folder if place == "remote" else folder) / "elsewhere"
    moved = elsewhere / played.before.remote.name  # notices call the project by its remote
    elsewhere.mkdir()
    with copied(played.before, (disk.folder if place == "checkout" else folder) / "trial") as workshop:
        shutil.move(workshop.remote, moved)
        workshop.remote = moved
        git(workshop.root, "remote", "set-url", "origin", str(moved))
        try:
            yield Trial(played, workshop, disk.folder if place == "temporary" else folder)
        finally:
            shutil.rmtree(elsewhere)


def pages_needed(disk: Disk, place: str, stage: Stage, scene: Scene, folder: Path) -> int:
    """How many pages of the disk an undisturbed run takes at most, as far as one who looks again and again can see."""
    with trial_on(disk, place, stage, scene, folder) as attempt:
        before = least = disk.free_pages()
        operator = attempt.begin()
        while operator.is_alive():
            least = min(least, disk.free_pages())
            time.sleep(POLL_S)
        assert operator.wait().status == 0
        return before - min(least, disk.free_pages())


def sizes(needed: int, count: int, chance: random.Random) -> list[int]:
    """None at all, and more, up to some pages too many."""
    others = range(1, needed + SPARE_PAGES)
    return [0, *chance.sample(others, min(len(others), count - 1))]


def starved(attempt: Trial, disk: Disk, pages: int, refusals: dict[int, str], tally: Tally) -> str:
    """Perform with so little room; what the command says is clear, no accident, and true. The state that it left."""
    disk.leave(pages)
    try:
        ended = attempt.perform()
    finally:
        disk.make_room()
    assert ended.status in {0, *refusals}, f"status {ended.status}: {ended.errors}"
    assert not any(line.startswith("Traceback") for line in ended.errors.splitlines())  # a gate's is quoted
    assert ended.status == 0 or "error[" in ended.errors
    outcome, state = refusals.get(ended.status, HAD_ROOM), attempt.state()
    last = attempt.played.last_state
    unfinished = STATES[STATES.index(last) - 1]
    possible = {HAD_ROOM: {last}, REFUSED: {"old", unfinished}, LEFT_OPEN: {unfinished, TOLD}}
    assert state in possible.get(outcome, {"old"}), f"{outcome}, but {state}"
    tally.counts.update([outcome, state])
    return state


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_is_a_clear_error_and_nothing_that_the_next_run_trips_over(
    name: str, place: str, disk: Disk, stage: Stage, tmp_path: Path, whole: bool, seed: int, figure: Figure
) -> None:
    chance, tally = random.Random(f"{seed} {name} {place}"), Tally()
    if not whole and name != random.Random(f"{seed} {place}").choice(NAMES):
        pytest.skip("another operation is the quick selection")
    refusals = REFUSED_THERE if place == "remote" else REFUSED_HERE
    needed = pages_needed(disk, place, stage, SCENES[name], tmp_path)
    for pages in sizes(needed, WHOLE_SIZES if whole else QUICK_SIZES, chance):
        with (
            tally.point(f"{pages} of {needed} pages"),
            trial_on(disk, place, stage, SCENES[name], tmp_path) as attempt,
        ):
            state = starved(attempt, disk, pages, refusals, tally)
            tally.counts[attempt.recover(state, repeats=chance.random() < 0.5)] += 1
            attempt.check_survival(torn=True)
    figure(str(tally))
    tally.check()
    assert tally.counts[HAD_ROOM] < tally.counts["trials"]


@pytest.mark.parametrize("place", ["checkout", "temporary"])
def test_gates_and_their_logs_on_a_full_disk(
    place: str, disk: Disk, stage: Stage, tmp_path: Path, whole: bool, seed: int, figure: Figure
) -> None:
    if not whole and place == "temporary":
        pytest.skip("the checkout is the quick selection")
    chance, tally = random.Random(f"{seed} {place}"), Tally()
    needed = pages_needed(disk, place, stage, SCENES["gates-run"], tmp_path)
    for pages in sizes(needed, WHOLE_SIZES if whole else 1, chance):
        label = f"{pages} of {needed} pages"
        with tally.point(label), trial_on(disk, place, stage, SCENES["gates-run"], tmp_path) as attempt:
            state = starved(attempt, disk, pages, {**REFUSED_HERE, **REFUSED_BY_GATES}, tally)
            tally.counts[attempt.recover(state, repeats=True)] += 1
            attempt.check_survival(torn=True)
    figure(str(tally))
    tally.check()
    assert tally.counts[HAD_ROOM] < tally.counts["trials"]
