"""The world as one fetch shows it: the remote's refs, and the ledger's state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.git.objects import is_ancestor
from phasegate.git.remote import KNOWN, OBSERVED, RemoteRef, default_branch, fetch_refs, remember
from phasegate.ledger.chain import LEDGER_REF, read_state
from phasegate.ledger.records import Move
from phasegate.version.history import TAGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.config import Config, Phase
    from phasegate.git.repository import Repository
    from phasegate.ledger.operation import Operation
    from phasegate.ledger.records import Channel, Docs
    from phasegate.ledger.state import State
    from phasegate.rollout.reading.watching import Watched

OBSERVED_TAGS = f"{OBSERVED}tags/"


@dataclass(frozen=True)
class World:
    """What is known after observing.

    Attributes:
        refs: full ref name → what the remote has there.
        source: the full ref of the source branch.
        state: the ledger's state.
        watched: phase → what was seen of the release in it, and what the judge says, for the phases that were looked at.
    """

    refs: Mapping[str, RemoteRef]
    source: str
    state: State
    watched: Mapping[str, Watched] = field(default_factory=dict)

    def tip(self, ref: str | None) -> str | None:
        """The commit at `ref` on the remote, or None."""
        found = self.refs.get(ref or "")
        return found.commit if found else None

    def value(self, ref: str) -> str | None:
        """The object that `ref` names on the remote (a tag's own object), or None: what a lease is about."""
        found = self.refs.get(ref)
        return found.object if found else None

    def known(self, phase: Phase) -> Channel | Docs | None:
        """Where the ledger left what `phase` publishes, or None while it has published nothing."""
        return self.state.channels.get(phase.channel) if phase.channel else self.state.docs

    def strayed(self, known: Channel | Docs) -> bool:
        """Whether someone else moved the ref of `known`: it is not where the ledger left it."""
        return self.tip(known.ref) != known.commit

    def moved(self, operation: Operation, after: State, ledger_head: str) -> World:
        """The world after `operation` was published with the ledger at `ledger_head`."""
        moves = {move.ref: move.new for move in (*operation.moves, Move(LEDGER_REF, None, ledger_head))}
        kept = {ref: value for ref, value in self.refs.items() if ref not in moves}
        refs = {**kept, **{r: RemoteRef(n, n) for r, n in moves.items() if n}}
        return replace(self, refs=refs, state=after)

    @property
    def ledger_head(self) -> str | None:
        """The ledger's newest commit."""
        return self.tip(LEDGER_REF)


def branch_ref(branch: str) -> str:
    """The full ref of `branch`."""
    return f"refs/heads/{branch}"


def tag_ref(config: Config, version: object) -> str:
    """The full ref of the tag of `version`."""
    return TAGS + config.tag_format.format(version=version)


def observe(repository: Repository, config: Config) -> World:
    """See the remote as it is now, with one fetch.

    Raises:
        PhasegateError: `remote-missing`, `remote-unreachable`, `source-is-channel`, `ledger-newer`, `ledger-corrupt`.
    """
    repository.require_remote(config.remote)
    source = config.source or default_branch(repository, config.remote, config.remote_timeout_s)
    _refuse_shared_branch(source, config)
    branches = [source, *config.channels.values(), *([config.docs_branch] if config.docs_branch else [])]
    before, after = config.tag_format.split("{version}")
    # A pattern may match nothing, a plain name must exist; a longer name that it matches too does no harm.
    patterns = [f"{branch_ref(branch)}*" for branch in branches]
    patterns += [f"{TAGS}{before}*{after}", f"{LEDGER_REF}*"]
    refs = fetch_refs(repository, config.remote, patterns, config.remote_timeout_s)
    head = refs.get(LEDGER_REF)
    _refuse_rewound_ledger(repository, config, head.commit if head else None)
    return World(refs, branch_ref(source), read_state(repository.git, head.commit if head else None))


def _refuse_rewound_ledger(repository: Repository, config: Config, head: str | None) -> None:
    known = remember(repository, "ledger", head)
    if known is None or (head is not None and (head == known or is_ancestor(repository.git, known, head))):
        return
    raise PhasegateError(
        ErrorCode.LEDGER_CORRUPT,
        f"The ledger on {config.remote!r} was {'rewound' if head else 'deleted'}.",
        why=f"This clone has seen operation {known}, which it no longer holds.",
        hint=f"Bring it back with `git push --force {config.remote} {KNOWN}ledger:{LEDGER_REF}`; where it was meant, forget it "
        f"with `git update-ref -d {KNOWN}ledger`.",
    )


def source_tip(world: World, config: Config) -> str:
    """The newest commit of the source branch.

    Raises:
        PhasegateError: `remote-missing` where the remote has no such branch.
    """
    tip = world.tip(world.source)
    if tip is None:
        raise PhasegateError(
            ErrorCode.REMOTE_MISSING,
            f"The remote {config.remote!r} has no branch {world.source.partition('refs/heads/')[2]!r}.",
            hint="Push the source branch first, or set `source` in [tool.phasegate].",
        )
    return tip


def _refuse_shared_branch(source: str, config: Config) -> None:
    for name, branch in config.channels.items():
        if branch == source:
            raise PhasegateError(
                ErrorCode.SOURCE_IS_CHANNEL,
                f"Branch {source!r} is the source and also channel {name!r}.",
                why="A client that installs from it would get unreleased bytes under a released version.",
                hint='Work on another branch (`source = "dev"`), or give the channel a branch of its own.',
            )
