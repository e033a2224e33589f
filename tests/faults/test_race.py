"""Operators who all saw the same world, and all push at once: one wins, the others are told, and the ledger is one chain."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Callable

import pytest

from phasegate.errors import ErrorCode
from phasegate.ledger.chain import LEDGER_REF
from processes import executable
from workshop import START_S, git

if sys.platform == "win32":
    pytest.skip("operators are forked", allow_module_level=True)

from faults.operators import POLL_S, Ended, Operator, operate
from faults.scenes import DAY_S

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.ledger.operation import Operation
    from workshop import Workshop

OPERATORS, ROUNDS, HEATS = 20, 50, 5
FEW_OPERATORS, FEW_ROUNDS = 6, 2
SHARING = 4
"""How many operators work in one and the same checkout; each of the others has one of its own."""

EACH_LATE = 4
"""Of those who have a checkout of their own, each so-manieth is late."""

COMMANDS = [
    *(("deploy", "--phase", phase) for phase in ("internal", "canary", "docs", "public")),
    *(("rollback", f"--{kind}", "--reason", "bad") for kind in ("quick", "full", "flag", "docs")),
]
SETTINGS = """\
[phases]
internal.gates = ["tests"]
canary.gates = []
public.gates = []
"""
WAIT = """\
#!/bin/sh
if [ -n "$BARRIER" ] && [ ! -e "$BARRIER/{gate}.open" ]; then
  : > "$BARRIER/arrived.$$"
  read -r _ < "$BARRIER/{gate}"
fi
"""
AT_ONCE, LATE = "at-once", "late"
"""The gates of the barrier: for those who have found the remote as they observed it, and are about to move it; and for
those who look at it again only when one of the others has won."""


class Course:
    """Checkouts of one remote, and what happens on it, round after round."""

    def __init__(self, workshop: Workshop, operators: int) -> None:
        self.workshop = workshop
        self.now_s = START_S + 30 * DAY_S
        workshop.write({"phasegate.toml": SETTINGS})
        folder = workshop.root.parent
        own = [folder / f"checkout-{n}" for n in range(operators - SHARING)]
        for path in own:
            shutil.copytree(workshop.root, path, symlinks=True)
        late = own[::EACH_LATE]
        for place in (workshop.root, *own):
            _comes_late(place) if place in late else _goes_at_once(place)
        self.places = [*([workshop.root] * SHARING), *own]
        self.late = [n for n, place in enumerate(self.places) if place in late]

    def commands(self) -> list[tuple[str, ...]]:
        """What an operator could do now; somebody works on, and the gates judge, until that is a deploy and a rollback."""
        while True:
            self.now_s += DAY_S
            if not self._is_possible(COMMANDS[0]):
                self.workshop.commit("feat: go on")
            self._judge()
            possible = [command for command in COMMANDS if self._is_possible(command)]
            if {verb for verb, *_ in possible} == {"deploy", "rollback"}:
                return possible
            assert operate(self.workshop.root, *COMMANDS[0], "--yes", now_s=self.now_s).status == 0

    def _judge(self) -> None:
        assert operate(self.workshop.root, "gates", now_s=self.now_s).status == 0
        evidence = self.workshop.root / ".git" / "phasegate" / "evidence"
        for place in set(self.places) - {self.workshop.root}:
            shutil.copytree(evidence, place / ".git" / "phasegate" / "evidence", dirs_exist_ok=True)

    def _is_possible(self, command: tuple[str, ...]) -> bool:
        shown = operate(self.workshop.root, *command, "--plan", "--json", now_s=self.now_s)
        plan = json.loads(shown.output).get("plan") if shown.status == 0 else None
        return bool(plan and plan["moves"] and not plan["holds"])

    def race(self, commands: list[tuple[str, ...]]) -> list[Ended]:
        """Every operator does its command; all but the late push at the same instant."""
        barrier = self.workshop.root.parent / "barrier"
        shutil.rmtree(barrier, ignore_errors=True)
        barrier.mkdir()
        gates = [_Gate(barrier / name) for name in (AT_ONCE, LATE)]
        racers = [
            Operator(place, *command, "--yes", environment=self._person(n, barrier), now_s=self.now_s)
            for n, (place, command) in enumerate(zip(self.places, commands))
        ]
        while len(list(barrier.glob("arrived.*"))) < len(racers):
            assert all(racer.is_alive() for racer in racers), "somebody fell out before the start"
            time.sleep(POLL_S)
        ended: dict[int, Ended] = {}
        for gate, late in zip(gates, (False, True)):
            gate.open(len(racers))
            ended.update({n: racer.wait() for n, racer in enumerate(racers) if (n in self.late) is late})
        for gate in gates:
            gate.close()
        return [ended[n] for n in range(len(racers))]

    def _person(self, number: int, barrier: Path) -> dict[str, str]:
        name = f"Operator {number}"
        return {"GIT_COMMITTER_NAME": name, "GIT_AUTHOR_NAME": name, "BARRIER": str(barrier)}


class _Gate:
    """A pipe that processes read from until it is opened, and a file that says that it is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        os.mkfifo(path)
        self._descriptor = os.open(path, os.O_RDWR)

    def open(self, count: int) -> None:
        """Let `count` processes through, and whoever comes later."""
        self._path.with_name(f"{self._path.name}.open").touch()
        os.write(self._descriptor, b"\n" * count)

    def close(self) -> None:
        """Nobody waits any more."""
        os.close(self._descriptor)


def _goes_at_once(place: Path) -> None:
    executable(place / ".git" / "hooks" / "pre-push", WAIT.format(gate=AT_ONCE))


def _comes_late(place: Path) -> None:
    answer = executable(place / ".git" / "answer", f'{WAIT.format(gate=LATE)}exec git-receive-pack "$@"\n')
    git(place, "config", "remote.origin.receivepack", str(answer))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("heat", range(HEATS))
def test_of_operators_who_push_at_once_one_wins_and_the_others_are_told(
    finished: Workshop,
    heat: int,
    whole: bool,
    seed: int,
    figure: Callable[[str], None],
) -> None:
    if heat and not whole:
        pytest.skip("--whole: there is one heat")
    chance = random.Random(f"{seed} {heat}")
    operators, rounds = (OPERATORS, ROUNDS // HEATS) if whole else (FEW_OPERATORS, FEW_ROUNDS)
    course = Course(finished, operators)
    won: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for _ in range(rounds):
        possible = course.commands()
        before = read_ledger(course.workshop)
        commands = [chance.choice([c for c in possible if c[0] == verb]) for verb in ("deploy", "rollback")]
        commands += chance.choices(possible, k=operators - len(commands))
        ended = course.race(chance.sample(commands, operators))
        winners = [n for n, end in enumerate(ended) if end.status == 0]
        assert len(winners) == 1, "\n".join(f"{end.status}: {end.errors}" for end in ended)
        assert {end.status for end in ended} == {0, ErrorCode.CONFLICT.exit_status}
        operation = examine(course.workshop, before, f"Operator {winners[0]} ")
        won[operation.kind] += 1
        lost.update(end.errors.splitlines()[-1].strip() for end in ended if end.status)
    assert operate(course.workshop.root, "verify", now_s=course.now_s).status == 0
    figure(f"{rounds} rounds of {operators}: won by {dict(won)}; {sum(lost.values())} conflicts")


def read_ledger(workshop: Workshop) -> list[Operation]:
    """All operations, oldest first."""
    from phasegate.git.door import Git
    from phasegate.ledger.chain import read_operations

    return list(reversed(read_operations(Git(workshop.remote), LEDGER_REF)))


def examine(workshop: Workshop, before: list[Operation], winner: str) -> Operation:
    """The operation that won; the ledger has it next, then the record of its effects, in one chain on a sound remote."""
    after = read_ledger(workshop)
    assert after[: len(before)] == before
    operation, *records = after[len(before) :]
    assert operation.who.startswith(winner)
    assert [(record.kind, record.who) for record in records] == [("effects", operation.who)]
    assert [outcome.key for outcome in records[0].outcomes] == [effect.key for effect in operation.effects]
    refs = workshop.remote_refs()
    for record in (operation, *records):
        assert all(refs[move.ref] == move.new for move in record.moves if move.ref != "refs/heads/gh-pages")
    assert git(workshop.remote, "rev-list", "--count", LEDGER_REF) == str(len(after))
    assert not git(workshop.remote, "fsck", "--strict", "--no-dangling", "--no-progress")
    return operation
