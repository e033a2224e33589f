"""The one moment at which the world changes, and what is known when it did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.objects import is_ancestor
from phasegate.git.remote import PushOutcome, RefMove, fetch_refs, push_atomically
from phasegate.ledger.chain import LEDGER_REF, write_entry

if TYPE_CHECKING:
    from phasegate.git.objects import Stamp
    from phasegate.git.remote import PushResult
    from phasegate.ledger.operation import Operation
    from phasegate.ledger.state import State
    from phasegate.rollout.desk import Desk


def publish(
    desk: Desk,
    operation: Operation,
    after: State,
    *,
    ledger_head: str | None,
    stamp: Stamp,
) -> str | None:
    """Push the operation's moves and the operation together; the id of the ledger's new head.

    None where the push broke off and the operation was then found on the remote: others may have followed it.

    Raises:
        PhasegateError: `conflict`, `push-rejected`, `remote-unreachable`, `remote-not-atomic`, `outcome-unknown`.
    """
    entry = write_entry(desk.repository, ledger_head, operation, after, stamp)
    moves = [RefMove(move.ref, move.old, move.new) for move in operation.moves]
    moves.append(RefMove(LEDGER_REF, ledger_head, entry))
    result = push_atomically(desk.repository, desk.config.remote, moves)
    if result.outcome is PushOutcome.PUBLISHED:
        return entry
    if _arrived(desk, result, entry):
        return None
    raise _explained(desk, result)


def _arrived(desk: Desk, result: PushResult, entry: str) -> bool:
    """Whether the remote has our entry although the push ended in an error: found by looking, never guessed."""
    if result.outcome is not PushOutcome.UNKNOWN:
        return False
    try:
        refs = fetch_refs(desk.repository, desk.config.remote, [f"{LEDGER_REF}*"])
    except PhasegateError as error:
        raise PhasegateError(
            ErrorCode.OUTCOME_UNKNOWN,
            "The push broke off, and the remote does not answer.",
            why=error.why,
            hint="When it answers again, run `invoke status`; then repeat the command: it is safe either way.",
            details=result.details,
        ) from error
    head = refs.get(LEDGER_REF)
    return head is not None and is_ancestor(desk.repository.git, entry, head.commit)


def _explained(desk: Desk, result: PushResult) -> PhasegateError:
    if result.outcome is PushOutcome.NOT_ATOMIC:
        return PhasegateError(
            ErrorCode.REMOTE_NOT_ATOMIC,
            f"The remote {desk.config.remote!r} cannot move several refs at once; nothing moved.",
            why="Without an atomic push, refs and ledger could disagree.",
            hint="Switch `receive.advertiseAtomic` on there, or use a host that supports `git push --atomic`.",
        )
    if result.outcome is PushOutcome.CONFLICT:
        return PhasegateError(
            ErrorCode.CONFLICT,
            "The remote moved while this operation was prepared; nothing of it was published.",
            why="Another operation was faster, or someone pushed to a channel.",
            hint="Run `invoke status`, then repeat the command: it plans anew.",
            details=result.details,
        )
    if result.outcome is PushOutcome.UNKNOWN:
        return PhasegateError(
            ErrorCode.REMOTE_UNREACHABLE,
            "The push broke off; nothing of it was published.",
            why="The connection was cut, or a pre-push hook of this checkout stopped it.",
            hint="Repeat the command: it plans anew.",
            details=result.details,
        )
    return PhasegateError(
        ErrorCode.PUSH_REJECTED,
        f"The remote {desk.config.remote!r} refused the push; nothing moved.",
        why="A hook or a branch protection said no, or you may not push there.",
        hint="Allow phasegate's identity to push the channels, tags and refs/phasegate/ledger.",
        details=result.details,
    )
