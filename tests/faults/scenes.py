"""Scenes: operations in prepared workshops, what an undisturbed run makes of them, and what a fault left behind."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from faults.operators import Fault, operate
from phasegate.git.door import Git
from phasegate.ledger.chain import LEDGER_REF, read_operations, read_state
from phasegate.ledger.state import State
from workshop import START_S, git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faults.operators import Ended
    from workshop import Workshop

DAY_S = 86_400
BEGIN_S = START_S + 40 * DAY_S
STATES = ("old", "published", "recorded")
TOLD = "messages recorded"


@dataclass(frozen=True)
class Scene:
    """An operation in a workshop that is as another scene left it.

    Attributes:
        name: what tests call it.
        command: the operation.
        after: the scene whose end is its beginning; None: one release in public, a commit for the next.
        broken_off: an operation that was killed before it, just after it published.
        first: whether nothing was released before it, so that there is no ledger yet.
        judged: whether the gates have judged that commit already.
    """

    name: str
    command: tuple[str, ...]
    after: str | None = None
    broken_off: tuple[str, ...] = ()
    first: bool = False
    judged: bool = True


def _scene(name: str, command: str, after: str | None = None, broken_off: str = "", **options: Any) -> Scene:
    return Scene(name, (*command.split(), "--yes"), after, tuple(broken_off.split()), **options)


SCENES = {
    scene.name: scene
    for scene in (
        _scene("deploy-first", "deploy --phase internal", first=True),
        _scene("deploy-internal", "deploy --phase internal"),
        _scene("deploy-canary", "deploy --phase canary", "deploy-internal"),
        _scene("deploy-docs", "deploy --phase docs", "deploy-canary"),
        _scene("deploy-public", "deploy --phase public", "deploy-docs"),
        _scene("rollback-quick", "rollback --quick", "deploy-public"),
        _scene("rollback-full", "rollback --full --reason broken", "deploy-public"),
        _scene("rollback-full-tags", "rollback --full --reason broken --delete-tag", "deploy-public"),
        _scene("rollback-flag", "rollback --flag", "deploy-public"),
        _scene("rollback-docs", "rollback --docs", "deploy-public"),
        _scene("rollback-quick-early", "rollback --quick", "deploy-canary"),
        _scene("resume", "resume", "deploy-public", "rollback --full --reason broken --yes"),
        _scene("notify", "notify --kind summary", "deploy-public"),
        _scene("gates-run", "deploy --phase internal", judged=False),
    )
}


@dataclass
class Stage:
    """Prepares scenes below `folder`, each once, one from the end of another, from `begun` or `released` on."""

    folder: Path
    begun: Workshop
    released: Workshop
    _played: dict[str, Undisturbed] = field(default_factory=dict)

    def play(self, scene: Scene) -> Undisturbed:
        """The scene, undisturbed."""
        if scene.name not in self._played:
            self._played[scene.name] = self._play(scene)
        return self._played[scene.name]

    def _play(self, scene: Scene) -> Undisturbed:
        earlier = self.play(SCENES[scene.after]) if scene.after else None
        now_s = earlier.now_s + DAY_S if earlier else BEGIN_S
        start = earlier.after if earlier else self.begun if scene.first else self.released
        before = _compact(start.copy(self.folder / scene.name / "before"))
        if scene.judged and not earlier:
            assert operate(before.root, "gates").status == 0
        if scene.broken_off:
            break_off(before, scene.broken_off, now_s)
        after = before.copy(self.folder / scene.name / "after")
        ended = operate(after.root, *scene.command, now_s=now_s)
        assert ended.status == 0, ended.errors
        return Undisturbed(scene, before, _compact(after), now_s, ended)


class Undisturbed:
    """A scene as it goes when nothing happens: what it began with, what it ended with, and how."""

    def __init__(self, scene: Scene, before: Workshop, after: Workshop, now_s: int, ended: Ended) -> None:
        self.scene, self.before, self.after, self.now_s, self.ended = scene, before, after, now_s, ended
        self._states = [self._seen(after, refs) for refs in states_between(before, after)]

    @property
    def last_state(self) -> str:
        """The state that it ends in."""
        return STATES[len(self._states) - 1]

    def state_of(self, workshop: Workshop) -> str:
        """The state that the remote is in: one of `STATES`, whole, or the test has failed."""
        assert not git(workshop.remote, "fsck", "--no-dangling", "--no-progress")
        refs = self._seen(workshop, workshop.remote_refs())
        if refs in self._states:
            return STATES[self._states.index(refs)]
        in_two = self._recorded_in_two(workshop, refs)
        assert in_two, f"neither old nor new: {_difference(refs, self._states)}"
        return in_two

    def _recorded_in_two(self, workshop: Workshop, refs: dict[str, str]) -> str | None:
        """The state of a remote that had no room for the status page: messages are on record alone, then the page too.

        The page tells how long its ledger is, so that its commit is another one then.
        """
        published, recorded = self._states[-2:]
        door = Git(workshop.remote)
        head, *older = git(workshop.remote, "rev-list", "--first-parent", "--max-count=3", LEDGER_REF).split()
        if {**refs, LEDGER_REF: older[0]} == published and not read_operations(door, head)[0].moves:
            return TOLD
        state, known = read_state(door, head), read_state(Git(self.after.remote), recorded[LEDGER_REF])
        assert state.docs
        assert known.docs
        alike = replace(state, length=known.length, docs=known.docs) == known
        later = {**recorded, LEDGER_REF: head, known.docs.ref: state.docs.commit}
        return self.last_state if alike and older[1] == published[LEDGER_REF] and refs == later else None

    def _seen(self, workshop: Workshop, refs: dict[str, str]) -> dict[str, str]:
        """The refs; where the gates run, the ledger counts without their times."""
        return refs if self.scene.judged else {**refs, LEDGER_REF: _timeless(workshop, refs[LEDGER_REF])}


def break_off(workshop: Workshop, command: tuple[str, ...], now_s: int) -> None:
    """Kill `command` just after it published."""
    with copied(workshop, workshop.root.parent / "trial") as trial:
        steps = operate(trial.root, *command, now_s=now_s).steps
    published = next(number for number, step in enumerate(steps, start=1) if " push --atomic " in step)
    operate(workshop.root, *command, now_s=now_s, fault=Fault(published + 1))


@contextmanager
def copied(workshop: Workshop, folder: Path) -> Iterator[Workshop]:
    """A copy of `workshop` in `folder`, which is removed afterwards: a whole run makes thousands."""
    try:
        yield workshop.copy(folder)
    finally:
        shutil.rmtree(folder)


def _compact(workshop: Workshop) -> Workshop:
    """The workshop in few files, because it will be copied often."""
    for folder in (workshop.root, workshop.remote):
        git(folder, "repack", "-adkq")
    for hooks in (workshop.root / ".git" / "hooks", workshop.remote / "hooks"):
        shutil.rmtree(hooks, ignore_errors=True)
    return workshop


def states_between(before: Workshop, after: Workshop) -> Iterator[dict[str, str]]:
    """The remote's refs before, and after each operation that the ledger has since; it folds to its state."""
    refs, door = before.remote_refs(), Git(after.remote)
    yield refs
    known = [f"^{refs[LEDGER_REF]}"] if LEDGER_REF in refs else []
    chain = git(after.remote, "rev-list", "--first-parent", LEDGER_REF, *known).split()
    operations = read_operations(door, chain[0])
    for commit, operation in zip(reversed(chain), reversed(operations[: len(chain)])):
        moves = {move.ref: move.new for move in operation.moves}
        refs = {ref: new for ref, new in {**refs, **moves, LEDGER_REF: commit}.items() if new}
        yield refs
    assert refs == after.remote_refs()
    folded = State()
    for operation in reversed(operations):
        folded = folded.apply(operation)
    assert folded == read_state(door, chain[0])


def _timeless(workshop: Workshop, head: str) -> str:
    operations = [operation.as_json() for operation in read_operations(Git(workshop.remote), head)]
    for operation in operations:
        operation["judgements"] = [{**j, "at": "", "duration_s": 0} for j in operation["judgements"]]
    return json.dumps(operations)


def _difference(refs: dict[str, str], states: list[dict[str, str]]) -> str:
    nearest = min(states, key=lambda state: len(refs.items() ^ state.items()))
    return f"{sorted(refs.items() - nearest.items())} instead of {sorted(nearest.items() - refs.items())}"
