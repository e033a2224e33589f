"""The chain of commits under `refs/phasegate/ledger`: read its head, walk it, write the next entry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.objects import read_objects, write_commit, write_flat_tree
from phasegate.ledger.integrity import check_operation, check_state
from phasegate.ledger.operation import SCHEMA, Operation
from phasegate.ledger.state import State
from phasegate.strict_json import read_json

if TYPE_CHECKING:
    from phasegate.git.door import Git
    from phasegate.git.objects import Stamp
    from phasegate.git.repository import Repository

LEDGER_REF = "refs/phasegate/ledger"

T = TypeVar("T")


def read_state(git: Git, head: str | None) -> State:
    """The state at ledger commit `head`; the empty state where there is no ledger yet.

    Raises:
        PhasegateError: `ledger-newer` or `ledger-corrupt`.
    """
    if head is None:
        return State()
    name = f"{head}:state.json"
    return parse_state(read_objects(git, [name]).get(name), name)


def read_operations(git: Git, head: str | None, limit: int | None = None) -> tuple[Operation, ...]:
    """The operations up to ledger commit `head`, newest first, at most `limit`; raises as `read_state`."""
    if head is None:
        return ()
    count = [f"--max-count={limit}"] if limit is not None else []
    commits = git.run("rev-list", "--first-parent", *count, "--end-of-options", head).split()
    names = [f"{commit}:operation.json" for commit in commits]
    found = read_objects(git, names)
    return tuple(parse_operation(found.get(name), name) for name in names)


def parse_state(content: bytes | None, where: str) -> State:
    """The state that `content` holds, found at `where`; raises as `read_state`."""
    return _parse(content, lambda data: check_state(State.from_json(data)), where)


def parse_operation(content: bytes | None, where: str) -> Operation:
    """The same for an operation."""
    return _parse(content, lambda data: check_operation(Operation.from_json(data)), where)


def write_entry(
    repository: Repository, head: str | None, operation: Operation, state: State, stamp: Stamp
) -> str:
    """The id of the ledger's next commit; it exists as an object only until it is pushed."""
    files = {"operation.json": _as_bytes(operation.as_json()), "state.json": _as_bytes(state.as_json())}
    tree = write_flat_tree(repository.git, files)
    message = operation.title + (f"\n\nWhy: {operation.why}" if operation.why else "")
    return write_commit(
        repository, tree=tree, parents=[head] if head else [], message=message.strip() + "\n", stamp=stamp
    )


def _as_bytes(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=False, ensure_ascii=False) + "\n").encode(
        "utf-8", "backslashreplace"
    )


def _parse(content: bytes | None, parse: Callable[[dict[str, Any]], T], where: str) -> T:
    try:
        return parse(_known_schema(content))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PhasegateError(
            ErrorCode.LEDGER_CORRUPT,
            f"The ledger entry {where} cannot be read.",
            why=str(error),
            hint=f"Look at it with `git show {where}`; restore {LEDGER_REF} from another clone's copy.",
        ) from error


def _known_schema(content: bytes | None) -> dict[str, Any]:
    if content is None:
        raise ValueError("it is missing")
    data: dict[str, Any] = read_json(content, unique_keys=True)
    if not isinstance(data["schema"], int) or data["schema"] < 1:
        raise TypeError("schema must be a whole number of 1 or more")
    if data["schema"] > SCHEMA:
        raise PhasegateError(
            ErrorCode.LEDGER_NEWER,
            f"The ledger has schema {data['schema']}; this phasegate reads up to {SCHEMA}.",
            hint="Upgrade phasegate: `pip install --upgrade phasegate`.",
        )
    return data
