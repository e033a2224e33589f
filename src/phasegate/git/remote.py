"""The remote: one fetch that sees everything that matters, one atomic push that moves it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from phasegate.config import Config
from phasegate.errors import ErrorCode, PhasegateError, unwritten_in
from phasegate.git.door import checked
from phasegate.git.locks import attempt_locking
from phasegate.git.objects import is_ancestor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phasegate.git.door import Completed
    from phasegate.git.repository import Repository

OBSERVED = "refs/phasegate/observed/"
"""Our own namespace for what the remote has; the user's remote-tracking branches stay as they are."""

KNOWN = "refs/phasegate/known/"
"""What we have seen, kept where no fetch overwrites it."""

_FETCH_OPTIONS = (
    "--progress",  # the sign of life that the time limit goes by
    "--prune",
    "--refmap=",  # the user's remote-tracking branches stay as they are
    "--no-tags",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--no-auto-maintenance",
)
_ALL_HISTORY = "--depth=2147483647"
"""As --unshallow, which a clone refuses that another git has made whole meanwhile."""

_SHALLOW_CHANGED = "shallow file has changed since we read it"
_SHALLOW_ATTEMPTS = 3
_MANY_LOOSE_REFS = 500
_REJECTION = re.compile(
    r"^!\t[^\t]*:(?P<ref>[^\t]+)\t\[(?P<kind>[^\]]+)\](?: \((?P<reason>.*)\))?$", re.MULTILINE
)
_UNSAID = "transaction failed"
"""The reason that a ref is given where only the remote's own words say more."""
_REMOTE_CONFLICT_WORDS = ("but expected", "already exists", "File exists", "unable to resolve reference")
_STOPPED = "error: failed to push some refs to"
_CONFLICT_WORDS = (
    "stale info",
    "fetch first",
    "non-fast-forward",
    "already exists",
    "failed to update ref",
    "cannot lock ref",
    "incorrect old value",
    "reference already exists",
    "failed to lock",
)


@dataclass(frozen=True)
class RemoteRef:
    """A ref of the remote: the object it names, and the commit behind it where that is a tag."""

    object: str
    commit: str


@dataclass(frozen=True)
class RefMove:
    """One ref's step: from `old` (None: absent) to `new` (None: deleted), both object ids."""

    ref: str
    old: str | None
    new: str | None


class PushOutcome(Enum):
    """What is known after a push."""

    PUBLISHED = "published"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    NOT_ATOMIC = "not-atomic"
    STOPPED = "stopped"
    """git went no further, as after a pre-push hook that says no."""
    UNKNOWN = "unknown"
    """The connection broke, or was silent for too long."""


@dataclass(frozen=True)
class PushResult:
    """How a push ended; `details` holds a line for every ref the remote refused.

    `certain`: whether that is all there is to know; else only a look at the remote tells what it has taken.
    `sent`: whether the remote may have heard of it at all.
    """

    outcome: PushOutcome
    details: tuple[str, ...] = ()
    certain: bool = True
    sent: bool = True


@dataclass(frozen=True)
class Listing:
    """What the remote says it has: its default branch, and full ref name → object id; a tag's commit is left out."""

    default: str | None
    refs: Mapping[str, str]


def list_remote(
    repository: Repository, remote: str, *patterns: str, timeout_s: float = Config.remote_timeout_s
) -> Listing:
    """The remote's refs that match `patterns`, asked for without fetching anything.

    Raises:
        PhasegateError: `remote-unreachable`.
    """
    command = ("ls-remote", "--symref", "--end-of-options", remote, *patterns)
    asked = repository.git.attempt(*command, silence_s=timeout_s)
    if asked.status != 0:
        raise _unreachable(remote, asked.errors)
    head = re.search(r"^ref: refs/heads/(.+)\tHEAD$", asked.text, re.MULTILINE)
    rows = (line.partition("\t") for line in asked.text.split("\n") if not line.startswith("ref: "))
    refs = {ref: found for found, _, ref in rows if ref.startswith("refs/") and not ref.endswith("^{}")}
    return Listing(head[1] if head else None, refs)


def default_branch(repository: Repository, remote: str, timeout_s: float = Config.remote_timeout_s) -> str:
    """The remote's default branch, from the clone's own note of it, else by asking.

    Raises:
        PhasegateError: `remote-missing` where the remote names none; `remote-unreachable`.
    """
    noted = repository.git.attempt("symbolic-ref", "--quiet", f"refs/remotes/{remote}/HEAD")
    if noted.status == 0:
        return noted.text.partition(f"refs/remotes/{remote}/")[2]
    default = list_remote(repository, remote, "HEAD", timeout_s=timeout_s).default
    if default is None:
        raise PhasegateError(
            ErrorCode.REMOTE_MISSING,
            f"The remote {remote!r} has no default branch.",
            hint="Push the source branch first, or set `source` in [tool.phasegate].",
        )
    return default


def remember(repository: Repository, name: str, commit: str | None) -> str | None:
    """Note the newest known commit of `name` in a ref of our own; the note that it replaces, or None.

    A note whose commit is no longer in the history of `commit` stays as it is: it is the last copy.
    """
    ref = f"{KNOWN}{name}"
    noted = repository.git.attempt("rev-parse", "--verify", "--quiet", ref)
    before = noted.text if noted.status == 0 else None
    if (
        commit is not None
        and commit != before
        and (before is None or is_ancestor(repository.git, before, commit))
    ):
        update = ("update-ref", ref, commit)
        checked(attempt_locking(repository, *update), update)
    return before


def fetch_refs(
    repository: Repository, remote: str, patterns: Sequence[str], timeout_s: float = Config.remote_timeout_s
) -> dict[str, RemoteRef]:
    """The remote's refs that match `patterns` (full names, `*` at most once), fetched with their objects.

    One connection; refs that are absent on the remote are absent here. A fetch that is silent for `timeout_s` is ended.

    Raises:
        PhasegateError: `remote-missing`, `remote-unreachable`, `file-unwritten`, or `git-failed` where a lock stays.
    """
    repository.require_remote(remote)
    refspecs = [f"+{pattern}:{OBSERVED}{pattern[len('refs/') :]}" for pattern in patterns]
    for _ in range(2):
        fetched = _fetch(repository, timeout_s, remote, *refspecs)
        if fetched.status != 0:
            raise _unreachable(remote, fetched.errors)
        seen = _observed(repository)
        if seen:
            break  # else once more: over plain HTTP, an answer cut in its first lines looks like an empty repository
    _pack_if_many(repository)
    return seen


def _fetch(repository: Repository, timeout_s: float, *wanted: str) -> Completed:
    """Fetch; in a shallow clone all the history that it lacks, because the next version depends on it."""

    def fetch(*more: str) -> Completed:
        command = ("fetch", *more, *_FETCH_OPTIONS, "--end-of-options", *wanted)
        return attempt_locking(repository, *command, silence_s=timeout_s)

    for _ in range(_SHALLOW_ATTEMPTS):
        if not (repository.state_folder.parent / "shallow").exists():
            break
        fetched = fetch(_ALL_HISTORY)
        if not fetched.errors.strip() and fetched.status != 0:
            break  # so git says that nothing matches
        if _SHALLOW_CHANGED not in fetched.errors:
            return fetched
    return fetch()


def _pack_if_many(repository: Repository) -> None:
    """Pack refs, as git itself does from time to time, once a fetch has left many: reading each costs a file."""
    tags = repository.state_folder.parent / OBSERVED / "tags"
    if tags.is_dir() and sum(1 for _ in os.scandir(tags)) > _MANY_LOOSE_REFS:
        repository.git.attempt("pack-refs", "--all")


def _observed(repository: Repository) -> dict[str, RemoteRef]:
    listing = repository.git.run(
        "for-each-ref", "--format=%(refname)%00%(objectname)%00%(*objectname)", OBSERVED
    )
    refs = {}
    for line in filter(None, listing.split("\n")):  # a ref may hold what splitlines takes for a line end
        name, object_id, peeled = line.split("\0")
        refs[f"refs/{name[len(OBSERVED) :]}"] = RemoteRef(object_id, peeled or object_id)
    return refs


def push_atomically(
    repository: Repository, remote: str, moves: Sequence[RefMove], timeout_s: float = Config.remote_timeout_s
) -> PushResult:
    """Move all refs or none, each only from the value it was observed at; silent for `timeout_s`, it is ended."""
    leases = [f"--force-with-lease={move.ref}:{move.old or ''}" for move in moves]
    refspecs = [f"{move.new or ''}:{move.ref}" for move in moves]
    pushed = repository.git.attempt(
        "-c", f"remote.{remote}.mirror=false",
        "push", "--atomic", "--porcelain", "--progress", "--no-follow-tags", "--recurse-submodules=no", *leases,
        "--end-of-options", remote, *refspecs,
        silence_s=timeout_s,
    )  # fmt: skip
    if pushed.status == 0:
        return PushResult(PushOutcome.PUBLISHED)
    result = _explain(repository.git.discreet(pushed.text), pushed.errors)
    return replace(result, certain=result.certain and not _is_http(repository, remote))


def _is_http(repository: Repository, remote: str) -> bool:
    """Whether pushes go through curl: an answer cut in its first lines is an empty remote to it, and a request whose
    connection died is sent again, so that a refusal may be of the second.
    """
    return repository.git.attempt("remote", "get-url", "--push", "--", remote).text.startswith("http")


def _explain(report: str, errors: str) -> PushResult:
    if "does not support --atomic" in errors:
        return PushResult(PushOutcome.NOT_ATOMIC)
    rejections = [m for m in _REJECTION.finditer(report) if m["reason"] != "atomic push failed"]
    details = tuple(f"{m['ref']}: {m['reason'] or m['kind']}" for m in rejections)
    remote_words = tuple(line for line in errors.splitlines() if line.startswith("remote:"))
    said = any(word in detail for detail in details for word in _CONFLICT_WORDS)
    unsaid = any(_UNSAID in detail for detail in details)
    if said or (unsaid and any(word in line for line in remote_words for word in _REMOTE_CONFLICT_WORDS)):
        sent = any("remote rejected" in m["kind"] for m in rejections)
        return PushResult(PushOutcome.CONFLICT, details, sent=sent)
    if any("remote rejected" in m["kind"] for m in rejections):
        return PushResult(PushOutcome.REJECTED, details + remote_words)
    stopped = _STOPPED in errors and "fatal:" not in errors
    outcome = PushOutcome.STOPPED if stopped else PushOutcome.UNKNOWN
    return PushResult(outcome, details or tuple(errors.strip().splitlines()[-5:]), certain=False)


def _unreachable(remote: str, errors: str) -> PhasegateError:
    return unwritten_in(errors) or PhasegateError(
        ErrorCode.REMOTE_UNREACHABLE,
        f"The remote {remote!r} did not answer.",
        why=errors.strip(),
        hint=f"Check `git remote get-url {remote}`, the network and your access; nothing was changed.",
    )
