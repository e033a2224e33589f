"""The locks by which gits keep out of each other's way, and what a git that was killed leaves of them."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.git.door import Completed
    from phasegate.git.repository import Repository

PATIENCE_S = 10.0
"""No git holds the lock of a ref that long: an older one belongs to a git that was killed."""

_FIRST_PAUSE_S = 0.1
_HELD = re.compile(r"Unable to create '(?P<path>[^\n]+?\.lock)': File exists")
_OVERTAKEN = re.compile(r"cannot lock ref '[^\n]*' but expected ")


def attempt_locking(repository: Repository, *arguments: str, silence_s: float | None = None) -> Completed:
    """Run a git command that moves refs of ours; where another git holds a lock, wait and run it again.

    A lock in our own namespace that nobody can hold any more is taken away. Others are the user's to judge.

    Raises:
        PhasegateError: `git-failed`, where a lock stays.
    """
    pause_s, waited_s = _FIRST_PAUSE_S, 0.0
    while True:
        done = repository.git.attempt(*arguments, silence_s=silence_s)
        held = _HELD.search(done.errors)
        if done.status == 0 or not (held or _OVERTAKEN.search(done.errors)):
            return done
        lock = repository.root / held["path"] if held else None
        if lock is not None and _take_away(repository, lock):
            continue
        if waited_s > PATIENCE_S:
            raise _stays(lock, done.errors)
        time.sleep(pause_s)
        waited_s += pause_s
        pause_s = min(2 * pause_s, 1.0)


def _take_away(repository: Repository, lock: Path) -> bool:
    """Whether `lock` is ours and abandoned, and gone now."""
    ours = repository.state_folder.parent / "refs" / "phasegate"
    with suppress(
        OSError
    ):  # Windows does not let go of what somebody holds; and it may just have been released
        if ours.resolve() in lock.resolve().parents and time.time() - lock.stat().st_mtime > PATIENCE_S:
            lock.unlink()
            return True
    return False


def _stays(lock: Path | None, errors: str) -> PhasegateError:
    return PhasegateError(
        ErrorCode.GIT_FAILED,
        "Another git holds a lock in this checkout, or left it behind when it was killed.",
        why=str(lock or errors.strip()),
        hint="Nothing was published. See that no git is at work here; then remove the lock and repeat the command."
        if lock
        else "Nothing was published. Repeat the command when no other one is at work here.",
    )
