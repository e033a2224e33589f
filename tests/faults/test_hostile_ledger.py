"""Hostile ledger objects: refused when they are read, or so harmless that everything that uses them ends well or typed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from faults.hostile import COMMANDS, PATHS, as_json, foreseen, mixed, mutated, put_back, values
from phasegate.config import PHASES, Config
from phasegate.git.remote import RemoteRef
from phasegate.git.repository import Identity
from phasegate.ledger.chain import LEDGER_REF, parse_operation, parse_state, read_operations
from phasegate.ledger.records import Channel, Docs, Effect, Judgement, Move, Outcome, Release, Rollout
from phasegate.notify.message import render
from phasegate.rollout.applying.effecting import perform_effects
from phasegate.rollout.planning.holds import holds_before
from phasegate.rollout.planning.notices import notice_values, plan_notice
from phasegate.rollout.planning.rollback import choose, repair
from phasegate.rollout.planning.status import describe_status, holds_ahead
from phasegate.rollout.planning.targets import RollbackRequest
from phasegate.rollout.proving.verify import verify
from phasegate.rollout.reading.materials import Occasion
from phasegate.rollout.reading.world import World
from phasegate.rollout.statuspage import render_status_page
from phasegate.tasks.render import check_lines, history_lines, status_lines
from workshop import START_S, git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from phasegate.ledger.operation import Operation
    from phasegate.ledger.state import State
    from workshop import Workshop

pytestmark = pytest.mark.timeout(900)

FILES = ("state.json", "operation.json")
FIELDS = st.sampled_from([
    name
    for record in (Release, Channel, Docs, Rollout, Judgement, Effect, Outcome, Move)
    for name in record.__dataclass_fields__
])  # fmt: skip
TIMES = st.sampled_from(
    ["2027-02-30T00:00:00Z", "2999-12-31T23:59:59Z", "1000-01-01T00:00:00Z", "0000-00-00T00:00:00Z", "soon"]
)
VERSIONS = st.sampled_from(
    ["1.0.0", "1.1.0", "01.0.0", "1.0.0-", "1.0.0-rc.01", "9" * 30 + ".0.0", "1.0.0-rc.1", "0.0.0-0"]
)
IDS = st.sampled_from(["a" * 40, "A" * 40, "a" * 64, "HEAD", "--all", "", "0" * 40])
REFS = st.sampled_from(
    ["refs/heads/stable", "refs/heads/main", "refs/../x", "refs/heads/a b", "HEAD", "refs/phasegate/ledger"]
)
EFFECTS = st.sampled_from(
    [
        "os",
        "notice:file",
        "1/notice:file",
        "1/os",
        "../x",
        "performed",
        "status-page",
        "incident-report",
        "__init__",
    ]
)
HALVES = st.sampled_from(
    ["\ud800", "caf\udce9", "\x1b[2J", "</td><script>", "# 9.9.9 (2027-01-15)\n", "$project ${version}"]
)
HOSTILE = st.one_of(TIMES, VERSIONS, IDS, REFS, EFFECTS, HALVES, st.sampled_from([*PHASES, *COMMANDS, *PATHS]), values(FIELDS))  # fmt: skip


def entries(good: Any) -> st.SearchStrategy[bytes]:
    changed = mutated(good, HOSTILE).map(lambda data: json.dumps(data).encode())
    return mixed(
        *[changed] * 6,
        *[mutated(good, HALVES).map(lambda data: json.dumps(data).encode())] * 3,
        mutated(good, HOSTILE).flatmap(as_json),
        values(FIELDS).flatmap(as_json),
        st.binary(max_size=30),
    )


def read(workshop: Workshop, name: str, revision: str = LEDGER_REF) -> Any:
    return json.loads(workshop.published(revision, name))


def told(state: State, config: Config) -> None:
    """Everything that looks at a state, and the pure part of what plans from it."""
    refs = {c.ref: RemoteRef(c.commit, c.commit) for c in state.channels.values()}
    world = World({**refs, LEDGER_REF: RemoteRef("b" * 40, "b" * 40)}, "refs/heads/main", state)
    occasion = Occasion(Identity("Ada", "ada@example.test"), START_S, START_S)
    described = describe_status(world, config, START_S)
    json.dumps(described, allow_nan=False)
    "\n".join(status_lines(described)).encode("utf-8")
    render_status_page(state)
    for phase in config.phases.values():
        [str(hold) for hold in holds_before(world, config, phase, START_S)]
    holds_ahead(world, config, START_S)
    for kind in ("announcement", "phase", "release", "rollback", "summary"):
        render(kind, {"project": "p", "actor": "a", "when": "w", "operation": "1", "reason": "", **notice_values(world, config, occasion)})  # fmt: skip
        foreseen(lambda kind=kind: plan_notice(world, config, kind, occasion).hash)  # type: ignore[misc]
    for kind in ("quick", "full", "flag", "docs"):
        for to in (None, *state.releases):
            for channel in (None, *state.channels) if kind == "quick" else (None,):
                request = RollbackRequest(kind, channel, to)
                foreseen(lambda r=request: repair(world, config, r, choose(world, config, r)))  # type: ignore[misc]


def recorded(operation: Operation) -> None:
    json.dumps(operation.as_json(), allow_nan=False)
    "\n".join(history_lines([operation])).encode("utf-8")


def used(name: str, content: bytes, config: Config) -> bool:
    """Whether the entry's file `name` was taken, which is then told to everybody who asks."""
    if name == "state.json":
        state = foreseen(lambda: parse_state(content, "x"))
        if state is not None:
            told(state, config)
        return state is not None
    operation = foreseen(lambda: parse_operation(content, "x"))
    if operation is not None:
        recorded(operation)
    return operation is not None


def test_half_a_character_in_any_field_is_refused_or_told(finished: Workshop) -> None:
    finished.rollback("full")
    taken = dict.fromkeys(("\ud800", "caf\udce9"), 0)
    for name in FILES:
        text = json.dumps(read(finished, name))
        for place in re.finditer(r'(?<=: )(?:null|"(?:[^"\\]|\\.)*")', text):
            for half in taken:
                forged = text[: place.start()] + json.dumps(half) + text[place.end() :]
                taken[half] += used(name, forged.encode(), Config())
    assert not taken["\ud800"]
    assert taken["caf\udce9"]


def test_any_entry(fuzz: Callable[..., None], finished: Workshop) -> None:
    finished.rollback("full")
    states = [read(finished, "state.json", r) for r in (LEDGER_REF, f"{LEDGER_REF}~4", f"{LEDGER_REF}~9")]
    operations = [
        read(finished, "operation.json", r) for r in (f"{LEDGER_REF}~1", f"{LEDGER_REF}~2", LEDGER_REF)
    ]
    configs = (
        Config(),
        Config(docs_branch=None, phases={n: p for n, p in Config().phases.items() if n != "docs"}),
    )

    def some(name: str, goods: list[Any]) -> st.SearchStrategy[tuple[str, bytes, Config]]:
        contents = st.sampled_from(goods).flatmap(entries)
        return st.tuples(st.just(name), contents, st.sampled_from(configs))

    for data in states:
        told(parse_state(json.dumps(data).encode(), "x"), Config())
    drawn = some("state.json", states) | some("operation.json", operations)
    fuzz(drawn, lambda entry: used(*entry), "ledger entries")


def look(workshop: Workshop) -> bool:
    """What `status`, `history` and `verify` do; whether each of them had something to show."""
    desk = workshop.desk
    git_, config = desk.repository.git, desk.config
    world = foreseen(desk.observe)
    if world is None:
        return False
    "\n".join(status_lines(describe_status(world, config, desk.clock()))).encode("utf-8")
    operations = foreseen(lambda: read_operations(git_, world.ledger_head))
    for operation in operations or ():
        recorded(operation)
    checks = foreseen(lambda: verify(desk.repository, world, config))
    "\n".join(check_lines(checks or ())).encode("utf-8")
    return None not in (operations, checks)


ACTIONS: tuple[Callable[[Workshop], object], ...] = (
    lambda workshop: perform_effects(workshop.desk, workshop.observe()),
    lambda workshop: workshop.deploy("canary"),
    lambda workshop: workshop.rollback("quick"),
    lambda workshop: workshop.rollback("docs"),
    lambda workshop: workshop.rollback("flag"),
    lambda workshop: workshop.rollback("full"),
)
"""`resume`, `deploy` and the rollbacks."""


def test_a_hostile_ledger_on_the_remote(
    fuzz: Callable[..., None], finished: Workshop, tmp_path: Path
) -> None:
    """Every verb against it ends well or typed; where its state is refused, nothing moves."""
    finished.commit("fix: on", {"demo/on.py": "on\n"})
    finished.deploy("internal")
    newest = (LEDGER_REF, f"{LEDGER_REF}~1")  # the effects of the one before are still open
    goods = [{name: read(finished, name, entry) for name in FILES} for entry in newest]
    refs = finished.remote_refs()

    def forge(files: dict[str, bytes]) -> str:
        rows = []
        for name, content in files.items():
            (tmp_path / "blob").write_bytes(content)
            rows.append(
                f"100644 blob {git(finished.remote, 'hash-object', '-w', str(tmp_path / 'blob'))}\t{name}\n"
            )
        tree = git(finished.remote, "mktree", stdin="".join(rows))
        return git(finished.remote, "commit-tree", tree, "-p", refs[LEDGER_REF], "-m", "forged")

    def check(drawn: tuple[dict[str, Any], str, bytes]) -> bool:
        good, name, content = drawn
        files = {other: json.dumps(good[other]).encode() for other in FILES}
        git(finished.remote, "update-ref", LEDGER_REF, forge({**files, name: content}))
        before = finished.remote_refs()
        is_read = foreseen(finished.observe) is not None
        shown = look(finished)
        for act in ACTIONS:
            foreseen(lambda act=act: act(finished))  # type: ignore[misc]
        assert is_read or finished.remote_refs() == before
        assert not list(tmp_path.rglob("CANARY*"))
        put_back(finished, refs)
        return shown

    def forged(good: dict[str, Any], name: str) -> st.SearchStrategy[tuple[dict[str, Any], str, bytes]]:
        changed = mutated(good[name], HOSTILE).map(lambda data: json.dumps(data).encode())
        return st.tuples(st.just(good), st.just(name), mixed(changed, changed, changed, entries(good[name])))

    one = st.tuples(st.sampled_from(goods), st.sampled_from(FILES))
    fuzz(one.flatmap(lambda chosen: forged(*chosen)), check, "ledger on a remote")
