"""Effects: performed after the push, recorded in one more operation, resumed until done."""

from __future__ import annotations

import importlib
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.objects import Stamp, write_commit, write_tree
from phasegate.ledger.operation import Operation
from phasegate.ledger.records import Docs, Effect, Move, Outcome
from phasegate.ledger.times import iso
from phasegate.rollout.applying.publish import publish
from phasegate.rollout.reading.world import branch_ref

if TYPE_CHECKING:
    from phasegate.ledger.state import State
    from phasegate.rollout.applying.effects.performed import Performed
    from phasegate.rollout.desk import Desk
    from phasegate.rollout.reading.world import World

_RECORD_ATTEMPTS = 5


def perform_effects(desk: Desk, world: World) -> State:
    """Perform every open effect, record what was done, and return the state after that.

    Raises:
        PhasegateError: `effects-open`, with a line for each effect that could not be performed.
    """
    done: dict[str, Performed] = {}
    failures = []
    for effect in world.state.effects:
        try:
            done[effect.key] = _perform(desk, world, effect)
            desk.say(f"effect {effect.key}: {done[effect.key].result}")
        except Exception as error:  # noqa: BLE001 - whatever breaks, the others go on and this one stays open
            failures.append(f"{effect.key}: {_words(error)}")
    state = world.state
    try:
        state = _record(desk, world, done) if done else state
    except (PhasegateError, OSError) as error:
        failures.append(f"the record of what was done: {_words(error)}")
        if isinstance(error, PhasegateError) and error.code is ErrorCode.PUSH_REJECTED:
            state = _record_messages(desk, world, done)
    if failures:
        raise PhasegateError(
            ErrorCode.EFFECTS_OPEN,
            "The refs moved, but not every effect was performed and recorded.",
            details=tuple(failures),
            hint="Mend the cause, then run `invoke resume`; it performs what is open, from any machine.",
        )
    return state


def _words(error: Exception) -> str:
    if not isinstance(error, PhasegateError):
        return str(error)
    return " ".join(filter(None, (error.what, error.why, "; ".join(error.details))))


def _record_messages(desk: Desk, world: World, done: dict[str, Performed]) -> State:
    """Record at least what needs no docs branch, so that nobody is told twice because that branch is protected."""
    messages = {key: performed for key, performed in done.items() if not performed.docs_files}
    if not messages or len(messages) == len(done):
        return world.state
    with suppress(PhasegateError, OSError):
        return _record(desk, world, messages)
    return world.state


def _perform(desk: Desk, world: World, effect: Effect) -> Performed:
    name = effect.name.partition(":")[0].replace("-", "_")
    module = importlib.import_module(f"phasegate.rollout.applying.effects.{name}")
    performed: Performed = module.perform(desk, world.state, effect)
    docs = world.state.docs
    if performed.docs_files and docs is not None and world.strayed(docs):
        raise LookupError(f"someone else moved {docs.ref}; `invoke rollback --docs` goes forward from there")
    return performed


def _record(desk: Desk, world: World, done: dict[str, Performed]) -> State:
    """Append the outcomes; where another operation was faster, append them after it."""
    for attempt in range(_RECORD_ATTEMPTS):
        try:
            return _append(desk, world, done)
        except PhasegateError as error:
            if error.code is not ErrorCode.CONFLICT or attempt == _RECORD_ATTEMPTS - 1:
                raise
        world = desk.observe()
    raise AssertionError("the last attempt raises")


def _append(desk: Desk, world: World, done: dict[str, Performed]) -> State:
    still_open = {effect.key for effect in world.state.effects}
    closing = {key: performed for key, performed in done.items() if key in still_open}
    if not closing:
        return world.state
    occasion = desk.occasion()
    stamp = Stamp(occasion.identity, occasion.at_s)
    docs = _docs_after(desk, world, closing, stamp)
    docs_move = (Move(docs.ref, world.tip(docs.ref), docs.commit),) if docs else ()
    operation = Operation(
        number=world.state.length + 1,
        kind="effects",
        title=f"Record {len(closing)} effects",
        at=iso(occasion.at_s),
        who=str(occasion.identity),
        why="",
        plan="",
        moves=docs_move,
        docs=docs,
        rollout=world.state.rollout,
        outcomes=tuple(Outcome(key, iso(occasion.at_s), p.result) for key, p in closing.items()),
    )
    after = world.state.apply(operation)
    publish(desk, world, operation, after, ledger_head=world.ledger_head, stamp=stamp)
    return after


def _docs_after(desk: Desk, world: World, done: dict[str, Performed], stamp: Stamp) -> Docs | None:
    files = {path: content for performed in done.values() for path, content in performed.docs_files.items()}
    if not files or desk.config.docs_branch is None:
        return None
    ref = branch_ref(desk.config.docs_branch)
    tip = world.tip(ref)
    tree = write_tree(desk.repository.git, f"{tip}^{{tree}}" if tip else None, files)
    commit = write_commit(
        desk.repository,
        tree=tree,
        parents=[tip] if tip else [],
        message="Update the status page\n",
        stamp=stamp,
    )
    known = world.state.docs
    return replace(known or Docs(ref, commit, tree, None), ref=ref, commit=commit, tree=tree)
