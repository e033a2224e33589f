"""The laws of a release, under whatever operators do: a state machine over a real remote.

What a step may do is chosen by Hypothesis; what must hold after it is asked of git itself and of phasegate's own
verification. `--seed N` takes the same steps again.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.ledger.chain import read_operations
from phasegate.rollout.applying.effecting import perform_effects
from phasegate.rollout.applying.engine import carry_out, preview
from phasegate.rollout.applying.judging import assume_passed
from phasegate.rollout.planning.rollback import choose
from phasegate.rollout.planning.targets import RollbackRequest
from phasegate.rollout.proving.invariants import broken_invariants, deviations
from phasegate.verdict import Verdict
from phasegate.version.semver import Version
from workshop import FILES, FLAGS, PHASES, Workshop, git

if sys.platform == "win32":
    pytest.skip("operators are killed as POSIX does it", allow_module_level=True)

from faults.operators import Fault, operate

if TYPE_CHECKING:
    from collections.abc import Callable

    from phasegate.ledger.records import Judgement
    from phasegate.rollout.applying.judging import Subject
    from phasegate.rollout.desk import Desk
    from phasegate.rollout.planning.plan import Plan
    from phasegate.rollout.planning.targets import Choice
    from phasegate.rollout.reading.world import World

    Draw = Callable[[st.SearchStrategy[Any]], Any]

CONFIG = """\
phases.internal.gates = ["plugin"]
phases.canary = {gates = ["tests"], soak = "0s"}
phases.docs.gates = ["docs"]
phases.public.gates = []
notify.console = false
"""
CHANNELS = ("internal", "canary", "stable")
GATES = {"internal": {"plugin"}, "canary": {"plugin", "tests"}, "stable": {"plugin", "tests", "docs"}}
"""Channel → the gates that its content must have passed, by CONFIG: those of its phase and of the phases before it."""
KINDS = ("quick", "full", "flag", "docs")
REFUSALS = {
    ErrorCode.NO_RELEASE_DUE,
    ErrorCode.ROLLOUT_HELD,
    ErrorCode.ROLLOUT_MISSING,
    ErrorCode.GATE_FAILED,
    ErrorCode.GATE_INCONCLUSIVE,
    ErrorCode.NOTHING_TO_ROLL_BACK,
    ErrorCode.VERSION_UNKNOWN,
    ErrorCode.TAG_IN_USE,
    ErrorCode.VERSION_REUSED,
}
GATES_REFUSE = {ErrorCode.GATE_FAILED, ErrorCode.GATE_INCONCLUSIVE}
LEAST_STEPS = 2_000
MACHINES = 4
WHOLE, QUICK = (11, 50), (2, 12)
"""Runs, and steps of each."""
ACTIONS = (
    *["onwards"] * 6,
    *["commit"] * 3,
    *["rollback"] * 3,
    *["race", "kill"] * 2,
    *["deploy", "meddle"],
)
MESSAGES = ("feat: a thing", "fix: a fault", "feat!: another way", "docs: words", "chore: nothing")


@dataclass
class Tally:
    """What the steps came to, and the workshop that each run begins with a copy of."""

    template: Workshop
    steps: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def count_of(self, *names: str) -> int:
        return sum(self.outcomes[name] for name in names)


class Releases(RuleBasedStateMachine):
    """Operators at work on one repository, and what git shows of it after each step."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self.tally = tally
        self.folder = Path(tempfile.mkdtemp(prefix="laws-"))
        self.workshop = tally.template.copy(self.folder)
        self.commits = 0
        self.passed: dict[str, set[str]] = {}
        self.tips: dict[str, str] = {}
        self.trees: dict[str, str] = {}

    def teardown(self) -> None:
        git(self.workshop.remote, "fsck", "--strict", "--no-dangling")
        shutil.rmtree(self.folder)

    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        """One step; drawn here, because rules of their own would be left out of whole runs (swarm testing)."""
        self.tally.steps += 1
        getattr(self, data.draw(st.sampled_from(ACTIONS)))(data.draw)

    def commit(self, draw: Draw) -> None:
        """People work: new bytes, bytes that were there before, or a flag."""
        message, again = draw(st.sampled_from(MESSAGES)), draw(st.booleans())
        flag = draw(st.none() | st.booleans())
        self.commits += 1
        files = {
            "demo/word.md": f"{self.commits % 3 if again else self.commits}\n",
            "count": f"{self.commits}",
        }
        if flag is not None:
            files["demo/flags.json"] = FLAGS.replace("true", json.dumps(flag))
        self.workshop.commit(message, files)
        self.tally.outcomes["commit"] += 1

    def deploy(self, draw: Draw) -> None:
        """Any phase, due or not, with gates that may fail, and with or without an override."""
        phase = draw(st.sampled_from(PHASES))
        verdict = draw(st.sampled_from([Verdict.PASS] * 2 + [Verdict.FAIL, Verdict.INCONCLUSIVE]))
        override = draw(st.none() | st.just("it is urgent"))
        self._step(f"deploy {phase}", *self._deploying(phase, override), verdict=verdict, override=override)

    def onwards(self, draw: Draw) -> None:  # every action has this form
        """The next phase of the rollout, so that many get to the public; after that, the next rollout."""
        rollout = self.workshop.observe().state.rollout
        entered = rollout.entered if rollout else {}
        phase = next((name for name in PHASES if name not in entered), PHASES[0])
        if phase == PHASES[0]:
            self.commit(draw)
        self._step(f"deploy {phase}", *self._deploying(phase, None))

    def rollback(self, draw: Draw) -> None:
        """Any kind, to the last good release or a named one."""
        request = self._request(draw(st.sampled_from(KINDS)), draw)
        self._step(f"rollback {request.kind}", *self._rolling_back(request))

    def race(self, draw: Draw) -> None:
        """Two operators see the same world, and both act: the second one is told so, and changes nothing."""
        plans = []
        for _ in range(2):
            kind = draw(st.sampled_from([*KINDS, *PHASES]))
            with suppress(PhasegateError):
                plans.append(
                    self.workshop.plan_deploy(kind) if kind in PHASES else self.workshop.plan_rollback(kind)
                )
        before = self.workshop.observe()
        moving = [plan for plan in plans if not plan.changes_nothing and not plan.holds]
        for number, plan in enumerate(moving):
            try:
                carry_out(self.workshop.desk, before, plan, judge=self._judging(Verdict.PASS))
            except PhasegateError as error:
                _expect(error, {ErrorCode.CONFLICT} if number else set())
            else:
                assert number == 0, "two operators won"
        self.tally.outcomes[f"race of {len(moving)}"] += 1
        self._hold_laws(before)

    def kill(self, draw: Draw) -> None:
        """An operator dies at some git command or file write; another one finishes what it left open."""
        step = draw(st.integers(1, 90))
        kind = draw(st.sampled_from([*KINDS, *PHASES]))
        verb = ("deploy", "--phase", kind) if kind in PHASES else ("rollback", f"--{kind}")
        before = self.workshop.observe()
        ended = operate(self.workshop.root, *verb, "--yes", fault=Fault(step))
        killed = ended.status < 0
        refused = {code.exit_status for code in REFUSALS}
        assert killed or ended.status == 0 or ended.status in refused, ended.errors
        self.tally.outcomes[f"{'killed' if killed else 'not killed'}: {verb[0]}"] += 1
        world = self.workshop.observe()
        perform_effects(self.workshop.desk, world)
        self._learn_from_ledger(world)
        self._hold_laws(before)

    def meddle(self, draw: Draw) -> None:
        """Someone pushes to a channel by hand: it is seen, and a rollback goes forward from there."""
        if not self.tips:
            return
        channel = draw(st.sampled_from(sorted(self.tips)))
        ref = f"refs/heads/{channel}"
        foreign = git(self.workshop.remote, "commit-tree", "-p", ref, "-m", "by hand", f"{ref}^{{tree}}")
        git(self.workshop.remote, "update-ref", ref, foreign)
        before = self.workshop.observe()
        assert before.strayed(before.state.channels[channel])
        try:
            self.workshop.rollback("quick", channel=channel)
        except PhasegateError as error:
            _expect(error, {ErrorCode.NOTHING_TO_ROLL_BACK})
            git(self.workshop.remote, "update-ref", ref, self.tips[channel])
        else:
            git(self.workshop.remote, "merge-base", "--is-ancestor", foreign, ref)
        self.tally.outcomes["meddle"] += 1
        self._hold_laws(before)

    def _request(self, kind: str, draw: Draw) -> RollbackRequest:
        known = sorted(self.workshop.observe().state.releases)
        to = draw(st.none() | st.sampled_from(known)) if known and kind != "flag" else None
        channel = draw(st.none() | st.sampled_from(CHANNELS)) if kind in ("quick", "flag") else None
        delete_tags = draw(st.booleans()) if kind == "full" else False
        return RollbackRequest(kind, channel, to, delete_tags)

    def _deploying(self, phase: str, override: str | None) -> Any:
        return lambda: self.workshop.plan_deploy(phase, why=override or ""), lambda _world: None

    def _rolling_back(self, request: RollbackRequest) -> Any:
        wanted = {"channel": request.channel, "to": request.to, "delete_tags": request.delete_tags}
        return (
            lambda: self.workshop.plan_rollback(request.kind, **wanted),
            lambda world: choose(world, self.workshop.config, request),
        )

    def _step(
        self,
        name: str,
        planner: Any,
        chooser: Any,
        *,
        verdict: Verdict = Verdict.PASS,
        override: str | None = None,
    ) -> None:
        """Plan, show, and carry out; a refusal moves nothing."""
        self.workshop.now_s = max(self.workshop.now_s + 1, int(time.time()))
        refs, before = self.workshop.remote_refs(), self.workshop.observe()
        try:
            shown: Plan = planner()
            objects = preview(self.workshop.desk, shown)
            plan = planner()
            done = carry_out(
                self.workshop.desk, before, plan, override=override, judge=self._judging(verdict, override)
            )
        except PhasegateError as error:
            _expect(error, REFUSALS - (GATES_REFUSE if verdict is Verdict.PASS else set()))
            assert self.workshop.remote_refs() == refs
            self.tally.outcomes[f"{name.split()[0]}: {error.code.reference}"] += 1
            return
        self.tally.outcomes[f"{name}{'' if done.operation else ': nothing to do'}"] += 1
        if done.operation is None:
            assert self.workshop.remote_refs() == refs
            return
        choice: Choice | None = chooser(before)
        assert not [*deviations(done, shown, objects)]
        self._hold_laws(before, choice)

    def _judging(self, verdict: Verdict, override: str | None = None) -> Any:
        def judge(desk: Desk, subject: Subject) -> tuple[Judgement, ...]:
            if verdict is Verdict.PASS or (verdict is Verdict.INCONCLUSIVE and override):
                self.passed.setdefault(subject.content, set()).update(subject.gates)
            return tuple(replace(j, verdict=verdict.value) for j in assume_passed(desk, subject))

        return judge

    def _learn_from_ledger(self, world: World) -> None:
        """What real gates passed in a process of its own."""
        for operation in read_operations(self.workshop.desk.repository.git, world.ledger_head):
            for judgement in operation.judgements:
                if judgement.verdict == Verdict.PASS.value:
                    self.passed.setdefault(judgement.content, set()).add(judgement.gate)

    def _hold_laws(self, before: World, choice: Choice | None = None) -> None:
        """What phasegate's verification finds, and git itself shows: forward, rising, one tree a version, all judged."""
        after = self.workshop.observe()
        assert not [*broken_invariants(self.workshop.desk, before, after, choice)]
        remote, state = self.workshop.remote, after.state
        refs = self.workshop.remote_refs()
        for channel in CHANNELS:
            tip = refs.get(f"refs/heads/{channel}")
            if tip is None or tip == self.tips.get(channel):
                assert tip == self.tips.get(channel), f"{channel} is gone"
                continue
            version, tree = self.workshop.version_on(channel), self.workshop.tree_on(channel)
            assert self.trees.setdefault(version, tree) == tree, f"{version} names two trees"
            unjudged = GATES[channel] - self.passed.get(state.releases[version].content, set())
            assert not unjudged, f"{channel} carries {version}, which did not pass {unjudged}"
            if channel in self.tips:
                left = self.tips[channel]
                git(remote, "merge-base", "--is-ancestor", left, tip)
                was = json.loads(git(remote, "cat-file", "blob", f"{left}:demo/.claude-plugin/plugin.json"))
                assert Version.parse(version) > Version.parse(was["version"]), (channel, was, version)
            self.tips[channel] = tip
        assert refs.get("refs/heads/gh-pages") == (state.docs and state.docs.commit)


def _expect(error: PhasegateError, codes: set[ErrorCode]) -> None:
    if error.code not in codes:
        raise AssertionError(f"unexpected: {error}") from error


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, isolated_git: Path) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("laws"), {**FILES, "phasegate.toml": CONFIG})


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("machine", range(MACHINES))
def test_the_laws_hold_after_every_step(
    machine: int, template: Workshop, whole: bool, seed: int, figure: Any
) -> None:
    if machine and not whole:
        pytest.skip("one machine is the quick selection")
    runs, steps = WHOLE if whole else QUICK
    tally = Tally(template)
    run_state_machine_as_test(
        seeded(seed + machine)(lambda: Releases(tally)),
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    counted = ", ".join(f"{count} {name}" for name, count in sorted(tally.outcomes.items()))
    figure(f"{tally.steps} steps: {counted}")
    assert tally.steps >= (LEAST_STEPS // MACHINES if whole else 1)
    for phase in PHASES if whole else ():
        assert tally.count_of(f"deploy {phase}") >= runs
    assert tally.count_of(*(f"rollback {kind}" for kind in KINDS)) >= (runs if whole else 0)
