from __future__ import annotations

import json
from dataclasses import fields, replace
from functools import reduce
from pathlib import Path

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.objects import Stamp, write_commit, write_flat_tree
from phasegate.git.repository import Identity, Repository, open_repository
from phasegate.ledger.chain import LEDGER_REF, read_operations, read_state, write_entry
from phasegate.ledger.operation import SCHEMA, Operation
from phasegate.ledger.records import Channel, Docs, Effect, Judgement, Move, Outcome, Release, Rollout
from phasegate.ledger.state import State
from workshop import git

GOLDEN = Path(__file__).parent / "golden" / "schema-1"
STAMP = Stamp(Identity("Ada", "ada@example.test"), 1_800_000_000)
AT = "2027-01-15T08:00:00Z"

RELEASE = Release(
    version="1.0.1",
    kind="rollback",
    tree="a" * 40,
    content="b" * 40,
    commit="c" * 40,
    source="d" * 40,
    operation=7,
    at=AT,
    tag="refs/tags/v1.0.1",
    restores="1.0.0",
    flags={"fast": True, "loud": False},
    withdrawn='it burns: „heiß“ "very"\n',
)
STABLE = Channel("refs/heads/stable", "e" * 40, "a" * 40, "1.0.1", ("1.0.0", "1.0.1"))
DOCS = Docs("refs/heads/gh-pages", "f" * 40, "0" * 40, "1.0.0", {"1.0.0": "1" * 40}, ("1.0.1",))
ROLLOUT = Rollout(
    "1.1.0", "1.1.0-rc.2", "d" * 40, "b" * 40, "### Features\n\n- ünï\n", {"internal": AT, "canary": AT}
)
JUDGEMENT = Judgement(
    "tests", "INCONCLUSIVE", "nothing ran", "b" * 40, "a" * 40, "2" * 64, "3.11", AT, 12.25, "3" * 40, "known"
)
EFFECT = Effect("7/notice:file", "notice:file", {"kind": "rollback", "version": "1.0.1"})
OPERATION = Operation(
    number=7,
    kind="rollback",
    title="Roll back stable 1.1.0 → 1.1.1 (restores 1.0.0)",
    at=AT,
    who="Ada <ada@example.test>",
    why="it burns",
    plan="4" * 64,
    moves=(Move("refs/heads/stable", "5" * 40, "e" * 40), Move("refs/tags/v1.1.0", "6" * 40, None)),
    releases=(RELEASE,),
    channels={"stable": STABLE},
    docs=DOCS,
    rollout=ROLLOUT,
    withdrawn={"1.1.0": "it burns"},
    judgements=(JUDGEMENT,),
    overrides=("soak: waits (until 2027-01-15T09:00:00Z); passed: urgent",),
    effects=(EFFECT,),
    outcomes=(Outcome("6/status-page", AT, "published"),),
)
STATE = State(
    length=7,
    channels={"stable": STABLE},
    docs=DOCS,
    rollout=ROLLOUT,
    releases={version: replace(RELEASE, version=version) for version in ("1.0.0", "1.0.1", "1.1.0-rc.2")},
    judgements={"tests": JUDGEMENT},
    effects=(EFFECT,),
)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    git(tmp_path, "init", "--quiet", "checkout")
    return open_repository(tmp_path / "checkout")


def operation(number: int, title: str = "Deploy", why: str = "", **changes: object) -> Operation:
    plain = Operation(number, "deploy", title, AT, str(STAMP.identity), why, "p")
    return replace(plain, **changes)  # type: ignore[arg-type]


def write_chain(repository: Repository, *operations: Operation) -> list[str]:
    """The ledger's commits after each of `operations`."""
    heads: list[str] = []
    state = State()
    for entry in operations:
        state = state.apply(entry)
        heads.append(write_entry(repository, heads[-1] if heads else None, entry, state, STAMP))
    return heads


def commit_of(repository: Repository, files: dict[str, bytes]) -> str:
    tree = write_flat_tree(repository.git, files)
    return write_commit(repository, tree=tree, parents=[], message="x\n", stamp=STAMP)


def golden_files() -> dict[str, bytes]:
    return {
        name: (GOLDEN / name).read_bytes().replace(b"\r\n", b"\n")
        for name in ("operation.json", "state.json")
    }


def test_without_a_ledger_nothing_has_happened(repository: Repository) -> None:
    assert read_state(repository.git, None) == State()
    assert read_operations(repository.git, None) == ()


def test_what_is_written_is_read_again(repository: Repository) -> None:
    head = write_entry(repository, None, OPERATION, STATE, STAMP)
    assert read_state(repository.git, head) == STATE
    assert read_operations(repository.git, head) == (OPERATION,)


def test_the_operations_fold_to_the_state_at_every_commit(repository: Repository) -> None:
    versions = ("1.0.0", "1.0.1", "1.1.0-rc.2")
    made = tuple(replace(RELEASE, version=version, withdrawn=None) for version in versions)
    first = operation(1, releases=made, effects=(EFFECT,))
    second = operation(2, channels={"stable": STABLE}, withdrawn={"1.0.0": "bad"}, docs=DOCS, rollout=ROLLOUT)
    third = operation(
        3, outcomes=(Outcome(EFFECT.key, AT, "done"),), rollout=ROLLOUT, judgements=(JUDGEMENT,)
    )
    for head in write_chain(repository, first, second, third):
        operations = read_operations(repository.git, head)
        assert reduce(State.apply, reversed(operations), State()) == read_state(repository.git, head)


def test_operations_come_newest_first_and_no_more_than_asked_for(repository: Repository) -> None:
    head = write_chain(repository, operation(1), operation(2), operation(3))[-1]
    assert [o.number for o in read_operations(repository.git, head)] == [3, 2, 1]
    assert [o.number for o in read_operations(repository.git, head, 2)] == [3, 2]
    assert read_operations(repository.git, head, 0) == ()


def test_the_log_of_the_ledger_reads_as_a_diary(repository: Repository) -> None:
    heads = write_chain(
        repository,
        operation(1, "Deploy 1.0.0-rc.1 to internal"),
        operation(2, "Roll back stable 1.0.0 → 1.0.1 (restores 0.9.0)", "it burns"),
    )
    git(repository.root, "update-ref", LEDGER_REF, heads[-1])
    log = git(
        repository.root, "log", "--format=%an %ad%n%B", "--date=iso-strict-local", LEDGER_REF
    ).splitlines()
    assert [line for line in log if line and not line.startswith("Ada ")] == [
        "Roll back stable 1.0.0 → 1.0.1 (restores 0.9.0)",
        "Why: it burns",
        "Deploy 1.0.0-rc.1 to internal",
    ]
    assert git(repository.root, "log", "-1", "--format=%s|%b", LEDGER_REF) == (
        "Roll back stable 1.0.0 → 1.0.1 (restores 0.9.0)|Why: it burns"
    )


def test_each_operation_is_one_commit_on_top_of_the_last(repository: Repository) -> None:
    first, second = write_chain(repository, operation(1), operation(2))
    assert git(repository.root, "rev-list", "--parents", second).splitlines() == [f"{second} {first}", first]
    assert git(repository.root, "ls-tree", "--name-only", second).splitlines() == [
        "operation.json",
        "state.json",
    ]


def test_an_entry_is_an_object_and_no_ref_moves(repository: Repository) -> None:
    write_chain(repository, operation(1))
    assert git(repository.root, "for-each-ref") == ""


def test_the_same_entry_has_the_same_id(repository: Repository) -> None:
    assert write_chain(repository, OPERATION_1) == write_chain(repository, OPERATION_1)


OPERATION_1 = replace(OPERATION, number=1)


def test_a_reason_that_is_no_utf_8_can_be_recorded(repository: Repository) -> None:
    entry = operation(1, why="caf\udce9")
    (head,) = write_chain(repository, entry)
    assert read_operations(repository.git, head) == (entry,)


def test_the_files_of_schema_1_stay_readable(repository: Repository) -> None:
    head = commit_of(repository, golden_files())
    assert read_operations(repository.git, head) == (OPERATION,)
    assert read_state(repository.git, head) == STATE


def test_what_schema_1_writes_is_pinned_to_the_byte(repository: Repository) -> None:
    head = write_entry(repository, None, OPERATION, STATE, STAMP)
    written = {
        name: repository.git.run_bytes("cat-file", "blob", f"{head}:{name}") for name in golden_files()
    }
    assert written == golden_files()


def test_the_golden_files_leave_no_field_at_its_default() -> None:
    for record in (OPERATION, STATE):
        empty = [f.name for f in fields(record) if getattr(record, f.name) in ((), {}, None, "")]
        assert empty == []


def test_a_ledger_of_a_newer_schema_asks_for_an_upgrade(repository: Repository) -> None:
    newer = json.dumps({"schema": SCHEMA + 1, "what": "nobody knows yet"}).encode()
    head = commit_of(repository, {"operation.json": newer, "state.json": newer})
    for read in (read_state, read_operations):
        with pytest.raises(PhasegateError) as caught:
            read(repository.git, head)
        assert caught.value.code is ErrorCode.LEDGER_NEWER
        assert (
            caught.value.what == f"The ledger has schema {SCHEMA + 1}; this phasegate reads up to {SCHEMA}."
        )
        assert "--upgrade phasegate" in caught.value.hint


CORRUPT = {
    "empty": b"",
    "garbage": b"\x00\xff\xfe",
    "half": golden_files()["state.json"][:-40],
    "a list": b"[]",
    "null": b"null",
    "a number": b"7",
    "a text": b'"schema"',
    "without a schema": b"{}",
    "a schema in words": b'{"schema": "one"}',
    "an endless schema": b'{"schema": 1e999}',
    "nothing as the schema": b'{"schema": null}',
    "an unknown field": b'{"schema": 1, "colour": "red"}',
    "a list of channels": b'{"schema": 1, "channels": []}',
    "a channel that is a list": b'{"schema": 1, "channels": {"stable": []}}',
    "a text for effects": b'{"schema": 1, "effects": "none"}',
    "a number for releases": b'{"schema": 1, "releases": 7}',
    "a text for the length": b'{"schema": 1, "length": "7"}',
    "docs that are a list": b'{"schema": 1, "docs": []}',
}


@pytest.mark.parametrize("content", CORRUPT.values(), ids=CORRUPT.keys())
def test_what_cannot_be_read_is_named_with_the_way_to_restore_it(
    repository: Repository, content: bytes
) -> None:
    head = commit_of(repository, {"operation.json": content, "state.json": content})
    for read, name in ((read_state, "state.json"), (read_operations, "operation.json")):
        with pytest.raises(PhasegateError) as caught:
            read(repository.git, head)
        assert caught.value.code is ErrorCode.LEDGER_CORRUPT
        assert f"{head}:{name}" in caught.value.what
        assert f"git show {head}:{name}" in caught.value.hint
        assert LEDGER_REF in caught.value.hint


def test_an_entry_that_lacks_its_files_is_corrupt(repository: Repository) -> None:
    head = commit_of(repository, {"README": b"x"})
    for read in (read_state, read_operations):
        with pytest.raises(PhasegateError) as caught:
            read(repository.git, head)
        assert (caught.value.code, caught.value.why) == (ErrorCode.LEDGER_CORRUPT, "it is missing")
