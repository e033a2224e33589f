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
from workshop import START_S, git

if sys.platform == "win32":
    pytest.skip("operators are forked", allow_module_level=True)

from faults.operators import Ended, Operator, operate

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.ledger.operation import Operation
    from workshop import Workshop

OPERATORS, ROUNDS, HEATS = 20, 50, 5
FEW_OPERATORS, FEW_ROUNDS = 6, 2
SHARING = 4
"""How many operators work in one and the same checkout; each of the others has one of its own."""

DAY_S = 86_400
POLL_S = 0.01
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
if [ -z "$BARRIER" ] || [ -e "$BARRIER/open" ]; then exit 0; fi
: > "$BARRIER/arrived.$$"
read -r _ < "$BARRIER/gate"
"""
"""A pre-push hook: git has looked at the remote and found it as observed, and waits until all others have, too."""


class Course:
    """Checkouts of one remote, and what happens on it, round after round."""

    def __init__(self, workshop: Workshop, operators: int) -> None:
        self.workshop = workshop
        self.now_s = START_S + 30 * DAY_S
        workshop.write({"phasegate.toml": SETTINGS})
        hook = workshop.root / ".git" / "hooks" / "pre-push"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(WAIT, encoding="utf-8")
        hook.chmod(0o755)
        folder = workshop.root.parent
        own = [folder / f"checkout-{n}" for n in range(operators - SHARING)]
        for path in own:
            shutil.copytree(workshop.root, path, symlinks=True)
        self.places = [*([workshop.root] * SHARING), *own]

    def commands(self) -> list[tuple[str, ...]]:
        """What an operator could do now; somebody works on, and the gates judge, where no release is due."""
        self.now_s += DAY_S
        if not self._is_possible(COMMANDS[0]):
            self.workshop.commit("feat: go on")
        assert operate(self.workshop.root, "gates", now_s=self.now_s).status == 0
        evidence = self.workshop.root / ".git" / "phasegate" / "evidence"
        for place in set(self.places) - {self.workshop.root}:
            shutil.copytree(evidence, place / ".git" / "phasegate" / "evidence", dirs_exist_ok=True)
        return [command for command in COMMANDS if self._is_possible(command)]

    def _is_possible(self, command: tuple[str, ...]) -> bool:
        shown = operate(self.workshop.root, *command, "--plan", "--json", now_s=self.now_s)
        plan = json.loads(shown.output).get("plan") if shown.status == 0 else None
        return bool(plan and plan["moves"] and not plan["holds"])

    def race(self, commands: list[tuple[str, ...]]) -> list[Ended]:
        """Every operator does its command, and all push at the same instant."""
        barrier = self.workshop.root.parent / "barrier"
        shutil.rmtree(barrier, ignore_errors=True)
        barrier.mkdir()
        os.mkfifo(barrier / "gate")
        gate = os.open(barrier / "gate", os.O_RDWR)
        racers = [
            Operator(place, *command, "--yes", environment=self._person(n, barrier), now_s=self.now_s)
            for n, (place, command) in enumerate(zip(self.places, commands))
        ]
        while len(list(barrier.glob("arrived.*"))) + sum(not racer.is_alive() for racer in racers) < len(
            racers
        ):
            time.sleep(POLL_S)
        (barrier / "open").touch()
        os.write(gate, b"\n" * len(racers))
        ended = [racer.wait() for racer in racers]
        os.close(gate)
        return ended

    def _person(self, number: int, barrier: Path) -> dict[str, str]:
        name = f"Operator {number}"
        return {"GIT_COMMITTER_NAME": name, "GIT_AUTHOR_NAME": name, "BARRIER": str(barrier)}


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
        assert len(possible) > 1, possible
        before = read_ledger(course.workshop)
        ended = course.race([chance.choice(possible) for _ in range(operators)])
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
