"""The one moment at which the world changes, and what is known when it did not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.objects import is_ancestor
from phasegate.git.remote import PushOutcome, PushResult, RefMove, push_atomically
from phasegate.ledger.chain import LEDGER_REF, write_entry

if TYPE_CHECKING:
    from phasegate.git.objects import Stamp
    from phasegate.ledger.operation import Operation
    from phasegate.ledger.state import State
    from phasegate.rollout.desk import Desk
    from phasegate.rollout.reading.world import World


_PUSHES = 2
_IN_THE_WAY = "cannot create"
_NAME_TAKEN = (
    ErrorCode.PUSH_REJECTED,
    "The remote {remote} refused the push; nothing moved.",
    "A ref there has a name that git can hold only without ours: one is a part of the other.",
    "Rename that ref, or choose other names for channels and tags in the configuration.",
)
_EXPLANATIONS = {
    PushOutcome.NOT_ATOMIC: (
        ErrorCode.REMOTE_NOT_ATOMIC,
        "The remote {remote} cannot move several refs at once; nothing moved.",
        "Without an atomic push, refs and ledger could disagree.",
        "Switch `receive.advertiseAtomic` on there, or use a host that supports `git push --atomic`.",
    ),
    PushOutcome.CONFLICT: (
        ErrorCode.CONFLICT,
        "The remote moved while this operation was prepared; nothing of it was published.",
        "Another operation was faster, or someone pushed to a channel.",
        "Run `invoke status`, then repeat the command: it plans anew.",
    ),
    PushOutcome.STOPPED: (
        ErrorCode.PUSH_REJECTED,
        "The push was stopped on this machine; nothing of it was published.",
        "A pre-push hook of this checkout said no.",
        "Do what the hook asks for, then repeat the command.",
    ),
    PushOutcome.UNKNOWN: (
        ErrorCode.REMOTE_UNREACHABLE,
        "The push broke off; the remote was asked since, and has nothing of it.",
        "The connection was cut, it was silent for too long, or you may not push there.",
        "Repeat the command: it plans anew, from whatever is published by then.",
    ),
    PushOutcome.REJECTED: (
        ErrorCode.PUSH_REJECTED,
        "The remote {remote} refused the push; nothing moved.",
        "A hook or a branch protection said no, or you may not push there.",
        "Allow phasegate's identity to push the channels, tags and refs/phasegate/ledger.",
    ),
}


def publish(
    desk: Desk,
    world: World,
    operation: Operation,
    after: State,
    *,
    ledger_head: str | None,
    stamp: Stamp,
) -> World:
    """Push the operation's moves and the operation together; the world after it, where others may have followed.

    Raises:
        PhasegateError: `conflict`, `push-rejected`, `remote-unreachable`, `remote-not-atomic`, `outcome-unknown`.
    """
    entry = write_entry(desk.repository, ledger_head, operation, after, stamp)
    moves = [RefMove(move.ref, move.old, move.new) for move in operation.moves]
    moves.append(RefMove(LEDGER_REF, ledger_head, entry))
    for attempt in range(_PUSHES):
        if attempt:
            desk.say("the push broke off; pushing the same once more")
        result = push_atomically(desk.repository, desk.config.remote, moves, desk.config.remote_timeout_s)
        if result.outcome is PushOutcome.PUBLISHED:
            return world.moved(operation, after, entry)
        if result.certain and not attempt:
            break
        seen = _look(desk, result)
        if (result.sent or attempt) and _holds(desk, seen, entry):
            return seen
        if any(seen.value(move.ref) != move.old for move in moves):
            result = PushResult(PushOutcome.CONFLICT, result.details)
            break
        if result.outcome is PushOutcome.CONFLICT:  # with what? The remote has not moved
            result = replace(result, outcome=PushOutcome.UNKNOWN)
        if result.outcome is not PushOutcome.UNKNOWN:
            break
        # It may yet take what it heard. The same once more, and whichever it takes first, the other comes to nothing.
    raise _explained(desk, result)


def _look(desk: Desk, result: PushResult) -> World:
    """The remote after a push that did not end well: what it did is never guessed."""
    try:
        return desk.observe()
    except PhasegateError as error:
        raise PhasegateError(
            ErrorCode.OUTCOME_UNKNOWN,
            "It is not known what the remote did with the push: it cannot be asked.",
            why=" ".join(filter(None, (error.what, error.why))),
            hint="When it answers again, run `invoke status`; then repeat the command: it is safe either way.",
            details=result.details,
        ) from error


def _holds(desk: Desk, world: World, entry: str) -> bool:
    head = world.ledger_head
    return head is not None and is_ancestor(desk.repository.git, entry, head)


def _explained(desk: Desk, result: PushResult) -> PhasegateError:
    in_the_way = any(_IN_THE_WAY in detail for detail in result.details)
    code, what, why, hint = _NAME_TAKEN if in_the_way else _EXPLANATIONS[result.outcome]
    what = what.format(remote=repr(desk.config.remote))
    return PhasegateError(code, what, why=why, hint=hint, details=result.details)
