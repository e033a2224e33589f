"""A connection that is cut at any byte or falls silent: what is said is true, and the next run ends as if undisturbed."""

from __future__ import annotations

import os
import random
import shutil
import sys
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Callable

import pytest

from phasegate.errors import ErrorCode
from processes import executable
from workshop import START_S, git

if sys.platform == "win32":
    pytest.skip("operators are forked", allow_module_level=True)

from faults.hosts import HttpServer, SshServer, find_sshd
from faults.operators import POLL_S, Ended, operate
from faults.scenes import DAY_S, STATES, states_between
from faults.wires import CLOSE, DOWN, RESET, STALL, UP, Cut, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workshop import Workshop

FETCH, PUSH = "fetch", "push"
BEFORE, PUBLISHED, DONE = STATES
COMMANDS = {
    "deploy": ("deploy", "--phase", "internal", "--yes"),
    "quick": ("rollback", "--quick", "--reason", "bad", "--yes"),
    "full": ("rollback", "--full", "--reason", "bad", "--yes"),
}
TRUE_WHILE = {
    0: {DONE},
    ErrorCode.REMOTE_UNREACHABLE.exit_status: {BEFORE},
    ErrorCode.EFFECTS_OPEN.exit_status: {PUBLISHED},
}
"""Exit status → what the remote may have then; any other status would be a lie, or no answer."""
SAYS = {
    ErrorCode.REMOTE_UNREACHABLE.exit_status: ("did not answer", "was asked since, and has nothing of it"),
    ErrorCode.EFFECTS_OPEN.exit_status: ("The refs moved, but not every effect",),
}
"""Exit status → what is known then, in one of these sentences."""
NOT_KNOWN_STATUSES = (ErrorCode.OUTCOME_UNKNOWN.exit_status, ErrorCode.EFFECTS_OPEN.exit_status)
NOT_KNOWN = "It is not known what the remote did with the push: it cannot be asked."
"""What may be said only while the remote really cannot be asked; whatever it has then."""

NOW_S = START_S + 30 * DAY_S
CUTS, CUTS_QUICKLY = 20, 1
STALLS = 4
TIMEOUT = "3s"


class Stage:
    """A workshop in one place, served to operators over wires for fetch and for push; begun anew for each cut."""

    def __init__(
        self, template: Workshop, folder: Path, command: tuple[str, ...], transport: str, settings: str
    ) -> None:
        self._template, self._home = template, folder / "stage"
        self._command, self._settings = command, settings
        self.server = HttpServer(self._home) if transport == "http" else SshServer(folder)
        self.wires = {FETCH: Wire(self.server.port), PUSH: Wire(self.server.port)}
        self.workshop = self.begin()
        assert self.run().status == 0
        self.states = dict(zip(STATES, states_between(self._template, self.workshop)))
        self.notices = self.workshop.notices
        self.carried = {target: dict(wire.carried) for target, wire in self.wires.items()}

    def close(self) -> None:
        for end in (*self.wires.values(), self.server):
            end.close()

    def begin(self) -> Workshop:
        """The same workshop at the same place, as nobody had touched it."""
        shutil.rmtree(self._home, ignore_errors=True)
        self.workshop = self._template.copy(self._home)
        for target, option in ((FETCH, ()), (PUSH, ("--push",))):
            url = self.server.url(self.wires[target].port, self.workshop.remote)
            git(self.workshop.root, "remote", "set-url", *option, "origin", url)
        self.workshop.write({"phasegate.toml": self._settings})
        self.mend()
        return self.workshop

    def mend(self) -> None:
        for wire in self.wires.values():
            wire.mend()

    def cut(self, target: str, cut: Cut, *, everywhere: bool) -> None:
        """Arm the wire for `target`; with `everywhere`, the other one goes down with it."""
        other = self.wires[PUSH if target == FETCH else FETCH]
        self.wires[target].mend(cut)
        other.mend(follows=self.wires[target] if everywhere else None)

    def run(self, *command: str) -> Ended:
        arguments = command or self._command
        return operate(self.workshop.root, *arguments, environment=self.server.environment, now_s=NOW_S)

    def hang_up_at(self, hook: str) -> Path:
        """Cut the wire for pushes when the remote first comes to `hook`, where it stays until the pipe is written to."""
        once, gate = self.workshop.remote / "once", self.workshop.remote / "gate"
        executable(
            self.workshop.remote / "hooks" / hook,
            f"#!/bin/sh\n[ -e {once} ] || {{ touch {once}; read -r _ < {gate}; }}\n",
        )
        os.mkfifo(gate)

        def watch() -> None:
            while not once.exists():
                time.sleep(POLL_S)
            self.wires[PUSH].hang_up()

        threading.Thread(target=watch, daemon=True).start()
        return gate

    def state(self) -> str:
        """What the remote has of the operation; it fails where that is nothing whole."""
        refs = self.workshop.remote_refs()
        found = [name for name, state in self.states.items() if refs == state]
        assert found, f"neither old nor new: {refs}"
        return found[0]

    def repeat(self) -> None:
        """The same command again, on a whole network and without haste, ends as an undisturbed run does."""
        self.workshop.write({"phasegate.toml": ""})
        assert self.run("status").status == 0
        again = self.run()
        assert again.status == 0, again.errors
        assert self.state() == DONE
        assert self.workshop.notices == self.notices
        git(self.workshop.remote, "fsck", "--strict")


Build = Callable[..., Stage]


@pytest.fixture(scope="module")
def judged(_finished: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Two releases in public, a commit that asks for the next, and its gates judged."""
    workshop = _finished.copy(tmp_path_factory.mktemp("judged"))
    workshop.commit("feat: go on")
    assert operate(workshop.root, "gates", "--phase", "internal").status == 0
    return workshop


@pytest.fixture
def staged(judged: Workshop, tmp_path: Path, whole: bool) -> Iterator[Build]:
    """Sets the stage for a command, over a transport, with further settings."""
    stages: list[Stage] = []

    def build(command: str, transport: str, settings: str = "") -> Stage:
        if transport == "ssh" and find_sshd() is None:
            reason = "no sshd here: install openssh-server"
            pytest.fail(reason) if whole else pytest.skip(reason)
        stages.append(Stage(judged, tmp_path, COMMANDS[command], transport, settings))
        return stages[0]

    yield build
    for stage in stages:
        stage.close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("target", [FETCH, PUSH])
@pytest.mark.parametrize("transport", ["http", "ssh"])
def test_a_connection_cut_at_any_byte_is_reported_in_truth_and_mended_by_repeating(
    staged: Build,
    transport: str,
    target: str,
    command: str,
    whole: bool,
    seed: int,
    figure: Callable[[str], None],
) -> None:
    if transport == "ssh" and not whole:
        pytest.skip("--whole: every connection costs a key exchange")
    chance = random.Random(f"{seed} {transport} {target} {command}")
    stage = staged(command, transport)
    seen: Counter[str] = Counter()
    while sum(seen.values()) < (CUTS if whole else CUTS_QUICKLY):
        direction = chance.choice([UP, DOWN])
        cut = Cut(
            direction,
            chance.randrange(stage.carried[target][direction]),
            chance.choice([CLOSE, RESET]),
            lasting=chance.random() < 0.6,
        )
        outcome = disturb(stage, target, cut, everywhere=chance.random() < 0.4)
        if outcome:
            seen[outcome] += 1
    figure(tell(seen, "cuts"))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("target", [FETCH, PUSH])
@pytest.mark.parametrize("transport", ["http", "ssh"])
def test_an_answer_later_than_the_time_limit_ends_the_command_and_is_reported_in_truth(
    staged: Build,
    transport: str,
    target: str,
    whole: bool,
    seed: int,
    figure: Callable[[str], None],
) -> None:
    if not whole and (transport, target) != ("http", PUSH):
        pytest.skip("--whole: every stall is waited for")
    chance = random.Random(f"{seed} {transport} {target} stall")
    stage = staged(chance.choice([*COMMANDS]), transport, f'remote_timeout = "{TIMEOUT}"\n')
    seen: Counter[str] = Counter()
    while sum(seen.values()) < (STALLS if whole else 1):
        n = sum(seen.values())
        direction = chance.choice([UP, DOWN])
        cut = Cut(direction, chance.randrange(stage.carried[target][direction]), STALL, lasting=n % 2 == 0)
        outcome = disturb(stage, target, cut, everywhere=n % 4 == 2)
        if outcome:
            seen[outcome] += 1
    figure(tell(seen, "stalls"))


def test_a_remote_that_takes_a_push_late_takes_it_once(staged: Build) -> None:
    """The connection breaks while the remote is at work: it has nothing yet, and would have everything a moment later."""
    stage = staged("deploy", "http")
    stage.begin()
    gate = stage.hang_up_at("pre-receive")
    ended = stage.run()
    assert ended.status == 0, ended.errors
    assert "pushing the same once more" in ended.errors
    assert stage.state() == DONE
    gate.write_text("go on")
    stage.server.settle()
    assert stage.state() == DONE


def test_a_refusal_of_a_request_that_curl_repeated_is_looked_into(staged: Build) -> None:
    """curl repeats a request whose connection died unanswered; the remote took the first, and refuses the second."""
    stage = staged("deploy", "http")
    assert isinstance(stage.server, HttpServer)
    stage.server.answer_late()
    stage.begin()
    gate = stage.hang_up_at("post-receive")
    ended = stage.run()
    gate.write_text("go on")
    assert ended.status == 0, ended.errors
    assert "pushing the same once more" not in ended.errors
    assert stage.state() == DONE


def disturb(stage: Stage, target: str, cut: Cut, *, everywhere: bool) -> str | None:
    """Cut, compare what is said with what is, mend, and repeat; the outcome in words, or None where no byte was cut."""
    stage.begin()
    stage.cut(target, cut, everywhere=everywhere)
    ended = stage.run()
    state = stage.state()
    was_cut = stage.wires[target].was_cut
    assert not any(wire.overdue for wire in stage.wires.values()), "nothing ended the command"
    where = f"{target} {cut} everywhere={everywhere}: {ended.status}, {state}\n{ended.errors}"
    if NOT_KNOWN in ended.errors:
        assert ended.status in NOT_KNOWN_STATUSES, where
        assert cut.lasting, where
        assert everywhere, where
    else:
        assert state in TRUE_WHILE.get(ended.status, ()), where
        assert not ended.status or any(words in ended.errors for words in SAYS[ended.status]), where
    stage.mend()
    stage.server.settle()
    late = stage.state() != state
    assert not late or target == PUSH, where
    stage.repeat()
    if not was_cut:
        return None
    return f"{reference_of(ended.status)}{' (taken late)' if late else ''}"


def reference_of(status: int) -> str:
    return next((code.reference for code in ErrorCode if code.exit_status == status), "success")


def tell(seen: Counter[str], what: str) -> str:
    return f"{sum(seen.values())} {what}: " + ", ".join(
        f"{count} {outcome}" for outcome, count in seen.most_common()
    )
