"""Disk: whatever write finds no room, the error is clear, and the same command goes on once there is some.

A small file system of its own is filled but for a few pages, fewer than the operation needs.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Callable

import pytest

if sys.platform != "linux":
    pytest.skip("small file systems are made as Linux does it", allow_module_level=True)

from faults.scenes import GATES_RUN, SCENES, Stage, copied
from faults.trials import Tally, Trial
from phasegate.errors import ErrorCode
from workshop import git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faults.operators import Ended
    from faults.scenes import Scene
    from workshop import Workshop

    Figure = Callable[[str], None]

pytestmark = pytest.mark.timeout(1800)

SIZE = 64 * 2**20
PAGE = 4096
WHOLE_SIZES, QUICK_SIZES = 30, 3
SPARE_PAGES = 6
PLACES = ("checkout", "remote", "temporary")
NAMES = ("deploy-internal", "deploy-docs", "deploy-public", "rollback-full", "resume")
REFUSED_HERE = {
    ErrorCode.FILE_UNWRITTEN.exit_status: "refused",
    ErrorCode.EFFECTS_OPEN.exit_status: "effects left open",
}
REFUSED_THERE = {
    ErrorCode.PUSH_REJECTED.exit_status: "rejected",
    ErrorCode.REMOTE_UNREACHABLE.exit_status: "broken off",
    ErrorCode.EFFECTS_OPEN.exit_status: "effects left open",
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
    folder = tmp_path / "disk"
    folder.mkdir()
    as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    options = f"size={SIZE},mode=0777"
    try:
        mount = [*as_root, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        subprocess.run(mount, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        if whole:
            raise
        pytest.skip(f"no file system may be mounted here: {getattr(error, 'stderr', '') or error}")
    yield Disk(folder)
    subprocess.run([*as_root, "umount", str(folder)], check=True)


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, _released: Workshop) -> Stage:
    return Stage(tmp_path_factory.mktemp("stage"), _released)


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
    """How many pages of the disk an undisturbed run takes."""
    with trial_on(disk, place, stage, scene, folder) as attempt:
        before = disk.free_pages()
        assert attempt.perform().status == 0
        return before - disk.free_pages()


def check(ended: Ended, refusals: dict[int, str]) -> str:
    """What the command says is clear, and no accident."""
    assert ended.status in {0, *refusals}, f"status {ended.status}: {ended.errors}"
    assert "Traceback" not in ended.errors
    assert ended.status == 0 or "error[" in ended.errors
    return refusals.get(ended.status, "had room")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_is_a_clear_error_and_nothing_that_the_next_run_trips_over(
    name: str, place: str, disk: Disk, stage: Stage, tmp_path: Path, whole: bool, seed: int, figure: Figure
) -> None:
    rng = random.Random(f"{seed} {name} {place}")
    if not whole and name != random.Random(f"{seed} {place}").choice(NAMES):
        pytest.skip("another operation is the quick selection")
    scene, tally = SCENES[name], Tally()
    needed = pages_needed(disk, place, stage, scene, tmp_path) + SPARE_PAGES
    sizes = rng.sample(range(needed), min(needed, WHOLE_SIZES if whole else QUICK_SIZES))
    for pages in sizes:
        with (
            tally.point(f"{pages} of {needed} pages"),
            trial_on(disk, place, stage, scene, tmp_path) as attempt,
        ):
            disk.leave(pages)
            try:
                outcome = check(attempt.perform(), REFUSED_THERE if place == "remote" else REFUSED_HERE)
            finally:
                disk.make_room()
            state = attempt.state()
            assert outcome != "refused" or state in ("old", "published")
            tally.counts[f"{outcome}, {state}"] += 1
            tally.counts[attempt.recover(state, repeats=rng.random() < 0.5)] += 1
            attempt.check_survival(torn=True)
    figure(str(tally))
    tally.check()


def test_gates_and_their_logs_on_a_full_disk(
    disk: Disk, stage: Stage, tmp_path: Path, whole: bool, seed: int, figure: Figure
) -> None:
    rng, tally = random.Random(f"{seed}"), Tally()
    needed = pages_needed(disk, "checkout", stage, GATES_RUN, tmp_path)
    for pages in rng.sample(range(needed), min(needed, WHOLE_SIZES if whole else 1)):
        label = f"{pages} of {needed} pages"
        with tally.point(label), trial_on(disk, "checkout", stage, GATES_RUN, tmp_path) as attempt:
            disk.leave(pages)
            try:
                outcome = check(attempt.perform(), {**REFUSED_HERE, **REFUSED_BY_GATES})
            finally:
                disk.make_room()
            tally.counts[f"{outcome}, {attempt.state()}"] += 1
            tally.counts[attempt.recover(attempt.state(), repeats=True)] += 1
            attempt.check_survival(torn=True)
    figure(str(tally))
    tally.check()
