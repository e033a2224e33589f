"""Trials: a scene in which an operator is struck, and what can be asked afterwards."""

from __future__ import annotations

import os
import re
import time
import traceback
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from faults.operators import Fault, Operator
from faults.scenes import copied
from workshop import git, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faults.hosts import Host
    from faults.operators import Ended
    from faults.scenes import Undisturbed
    from workshop import Workshop

MARKER = re.compile(r"<!-- notice .* -->\n")
TITLE = re.compile(r"^## (.*)$", re.MULTILINE)


class Trial:
    """The workshop of a scene, in which something goes wrong."""

    def __init__(self, played: Undisturbed, workshop: Workshop, temporary: Path | None = None) -> None:
        self.played, self.workshop = played, workshop
        self.said: list[Ended] = []
        self.temporary = temporary or workshop.root.parent / "temporary"
        self.temporary.mkdir(exist_ok=True)
        self._checkout = snapshot(workshop.root)

    def begin(self, *command: str, fault: Fault | None = None) -> Operator:
        """`invoke COMMAND` (the scene's own by default), at the scene's time."""
        return Operator(
            self.workshop.root,
            *(command or self.played.scene.command),
            fault=fault,
            environment={"TMPDIR": str(self.temporary)},
            now_s=self.played.now_s,
        )

    def perform(self, *command: str, fault: Fault | None = None) -> Ended:
        """The same from start to end."""
        self.said.append(self.begin(*command, fault=fault).wait())
        return self.said[-1]

    def strike(self, number: int, after_s: float, *, group: bool = True) -> Ended:
        """The scene's command, which gets a signal after some time: with its children, or alone while they go on."""
        operator = self.begin()
        time.sleep(after_s)
        operator.send(number, group=group)
        self.said.append(operator.wait())
        operator.wait_for_children()
        return self.said[-1]

    def age_locks(self) -> list[Path]:
        """Let the years go by for the locks that git left in the checkout, and give them."""
        locks = self._locks()
        for lock in locks:
            os.utime(lock, (0, 0))
        return locks

    def _locks(self) -> list[Path]:
        folder = self.workshop.root / ".git"
        return [path for path in folder.rglob("*.lock") if folder / "phasegate" not in path.parents]

    def state(self) -> str:
        """The state that the remote is in: old or new, and whole."""
        return self.played.state_of(self.workshop)

    def recover(self, state: str, *, repeats: bool) -> str:
        """Repeat the command, or resume, and repeat it where nothing was published; what was done."""
        done = state == self.played.last_state
        if repeats and not (done and self.played.scene.name == "notify"):  # which would be a second notice
            self.perform()
            return "repeated"
        self.perform("resume", "--yes")
        if state == "old":
            self.perform()
        return "resumed"

    def check_survival(self, *, torn: bool = False) -> None:
        """See that it ended as the undisturbed one, nothing lost, nothing left behind that trips the next run.

        `torn`: an operator died in the middle of a write.
        """
        last = self.said[-1]
        assert last.status == 0, f"status {last.status}: {last.errors}"
        assert self.state() == self.played.last_state
        changed = {name for name, _ in self._checkout.items() ^ snapshot(self.workshop.root).items()}
        assert not changed, f"touched: {changed}"
        assert _kept(self.workshop) == _kept(self.played.after)
        notices, expected = self.workshop.notices, self.played.after.notices
        assert MARKER.findall(notices) == MARKER.findall(expected)
        assert all(entry in notices for entry in MARKER.split(expected))
        assert torn or notices == expected
        told = "".join(ended.errors for ended in self.said)
        for title in TITLE.findall(expected[len(self.played.before.notices) :]):
            assert f"{title}\n" in told, f"the terminal was never told: {title}"
        gits_own_notes = "remotes"
        assert not [lock for lock in self._locks() if gits_own_notes not in lock.parts]
        environments = self.workshop.root / ".git" / "phasegate" / "environments"
        assert not [lock for lock in environments.rglob("*.lock") if lock.stat().st_size]


@contextmanager
def trial(played: Undisturbed, folder: Path, server: Host | None = None) -> Iterator[Trial]:
    """A trial in a copy of the scene's workshop, below `folder`; its remote may have a server of its own."""
    with copied(played.before, folder / "trial") as workshop:
        if server is not None:
            git(workshop.root, "remote", "set-url", "origin", server.url(server.port, workshop.remote))
        yield Trial(played, workshop)


@dataclass
class Tally:
    """What came of many trials: counts for the reader, failures with what repeats each."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def point(self, label: str) -> Iterator[None]:
        """One trial; the others go on where it fails."""
        self.counts["trials"] += 1
        try:
            yield
        except AssertionError as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            self.failures.append(f"{label}: {where.name}: {where.line}: {str(error)[:1000]}")

    def __str__(self) -> str:
        return ", ".join(f"{count} {what}" for what, count in self.counts.items())

    def check(self) -> None:
        """Fail with every failure."""
        assert not self.failures, "\n".join([f"{len(self.failures)} of {self}", *self.failures])


def _kept(workshop: Workshop) -> dict[str, bytes]:
    """Release notes and incident reports."""
    folder = workshop.root / ".git" / "phasegate"
    paths = [path for name in ("release-notes", "incidents") for path in (folder / name).glob("*.md")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}
