"""The one base error, and the one table of error codes with their exit statuses.

A user sees three things: what happened, why, and what to do next. Scripts see the code and the exit status.
The table is rendered into `docs/reference/exit-statuses.md`; statuses are unique and never change their meaning.
"""

from __future__ import annotations

import errno
import re
from enum import Enum
from typing import Any, Callable

_NOT_WRITABLE = {
    getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM")
} - {None}
_NO_TEMPORARY_FOLDER = "No usable temporary directory"
_NOT_WRITABLE_WORDS = re.compile(
    r"^(?!remote:).*(?:No space left on device|Disk quota exceeded|File too large|Read-only file system|"
    r"Permission denied|insufficient permission for adding an object .*|couldn't write '.*')\s*$",
    re.MULTILINE | re.IGNORECASE,
)


class ErrorCode(Enum):
    """Every way in which phasegate stops: reference, exit status, meaning."""

    INTERNAL = ("internal", 1, "Something that phasegate did not foresee; please report it.")
    USAGE = ("usage", 2, "The command line does not make sense.")
    CONFIRMATION_REQUIRED = ("confirmation-required", 3, "The world would change and nobody confirmed it.")
    DECLINED = ("declined", 4, "The plan was shown and not confirmed.")
    CONFIG_INVALID = ("config-invalid", 10, "The configuration has mistakes; all are listed.")
    NOT_A_REPOSITORY = ("not-a-repository", 11, "The working directory is in no git repository.")
    REMOTE_MISSING = ("remote-missing", 12, "The configured remote is not defined, or has no source branch.")
    REMOTE_UNREACHABLE = ("remote-unreachable", 13, "The remote did not answer.")
    REMOTE_NOT_ATOMIC = ("remote-not-atomic", 14, "The remote cannot move several refs at once.")
    PUSH_REJECTED = ("push-rejected", 15, "The push was refused: a hook or a protected branch.")
    CONFLICT = ("conflict", 16, "The remote moved while the operation was prepared; the plan is stale.")
    PLAN_CHANGED = ("plan-changed", 17, "The plan is not the one that was expected.")
    OUTCOME_UNKNOWN = (
        "outcome-unknown",
        18,
        "The connection broke, and the remote cannot be asked what it did.",
    )
    GIT_FAILED = ("git-failed", 19, "git itself failed.")
    LEDGER_NEWER = ("ledger-newer", 20, "The ledger was written by a newer phasegate.")
    LEDGER_CORRUPT = ("ledger-corrupt", 21, "The ledger cannot be read.")
    CHANNEL_MOVED = ("channel-moved", 22, "Someone else moved a ref that only phasegate moves.")
    VERSION_REUSED = ("version-reused", 23, "The version stands for another tree already.")
    TAG_EXISTS = ("tag-exists", 24, "The tag exists on the remote and names something else.")
    SOURCE_IS_CHANNEL = ("source-is-channel", 25, "One branch cannot be both source and channel.")
    HOST_REFUSED = ("host-refused", 26, "The git host's API did not answer, or refused.")
    NO_RELEASE_DUE = ("no-release-due", 30, "No commit since the last release asks for a new one.")
    PHASE_UNKNOWN = ("phase-unknown", 31, "There is no such phase.")
    ROLLOUT_HELD = ("rollout-held", 32, "The rollout waits for something; all holds are listed.")
    GATE_FAILED = ("gate-failed", 33, "A gate judged the bytes and refused them.")
    GATE_INCONCLUSIVE = ("gate-inconclusive", 34, "A gate could not judge.")
    GATE_ERROR = ("gate-error", 35, "A gate broke before it could judge.")
    NOTHING_TO_ROLL_BACK = ("nothing-to-roll-back", 36, "There is no good release to go back to.")
    VERSION_UNKNOWN = ("version-unknown", 37, "The ledger has no such release.")
    TAG_IN_USE = ("tag-in-use", 38, "A channel or a marketplace entry still names the tag.")
    ROLLOUT_MISSING = ("rollout-missing", 39, "No rollout is under way.")
    IDENTITY_MISSING = ("identity-missing", 40, "git does not know who you are.")
    MANIFEST_INVALID = ("manifest-invalid", 41, "A plugin or marketplace manifest is missing or broken.")
    REF_UNKNOWN = ("ref-unknown", 42, "The ref names no commit here.")
    SANDBOX_INVALID = ("sandbox-invalid", 43, "The folder is not a sandbox, and not empty.")
    EFFECTS_OPEN = ("effects-open", 50, "The refs moved, and an effect could not be performed.")
    VERIFICATION_FAILED = ("verification-failed", 51, "What is published is not what the ledger says.")
    FILE_UNWRITTEN = (
        "file-unwritten",
        60,
        "A file cannot be written: the disk is full, it is read-only, or it appeared or changed meanwhile.",
    )
    REHEARSAL_FAILED = ("rehearsal-failed", 52, "An invariant broke during the rehearsal.")
    RELEASE_UNHEALTHY = ("release-unhealthy", 54, "In use the release does not keep what was promised of it.")
    TELEMETRY_MISSING = ("telemetry-missing", 55, "There is too little data to say how the release fares.")
    TELEMETRY_UNSENT = ("telemetry-unsent", 56, "The store of metrics did not take them.")
    CLIENT_FAILED = ("client-failed", 53, "The Claude Code client does not run here, or refused a command.")

    def __init__(self, reference: str, exit_status: int, meaning: str) -> None:
        self.reference = reference
        self.exit_status = exit_status
        self.meaning = meaning


class PhasegateError(Exception):
    """A foreseen stop: what happened, why, what to do next.

    `details` are further lines, one per mistake, hold or ref, so that several are reported together.
    """

    def __init__(
        self, code: ErrorCode, what: str, *, why: str = "", hint: str = "", details: tuple[str, ...] = ()
    ) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.why = why
        self.hint = hint
        self.details = details

    def __str__(self) -> str:
        lines = [f"error[{self.code.reference}]: {self.what}"]
        if self.why:
            lines.append(f"  why:  {self.why}")
        lines.extend(f"    - {detail}" for detail in self.details)
        if self.hint:
            lines.append(f"  next: {self.hint}")
        return "\n".join(lines)

    def told(self, discreet: Callable[[str], str]) -> PhasegateError:
        """The same error, its texts as `discreet` gives them."""
        details = tuple(map(discreet, self.details))
        return PhasegateError(
            self.code, discreet(self.what), why=discreet(self.why), hint=discreet(self.hint), details=details
        )

    def as_json(self) -> dict[str, Any]:
        """The same for scripts; `exit_status` is what the process ends with."""
        return {
            "code": self.code.reference,
            "exit_status": self.code.exit_status,
            "what": self.what,
            "why": self.why,
            "details": list(self.details),
            "hint": self.hint,
        }


def unwritten(error: OSError) -> PhasegateError | None:
    """`file-unwritten` where the system refused a file, else None."""
    if error.errno not in _NOT_WRITABLE and _NO_TEMPORARY_FOLDER not in str(error):
        return None
    where = f"{error.filename}: " if error.filename else ""
    return _unwritten(f"{where}{error.strerror}")


def unwritten_in(words: str) -> PhasegateError | None:
    """The same where git said so in its own `words` of a file here, and not of one of the remote's."""
    found = _NOT_WRITABLE_WORDS.search(words)
    return _unwritten(found[0].strip(), why=words.strip()) if found else None


def _unwritten(what: str, why: str = "") -> PhasegateError:
    return PhasegateError(
        ErrorCode.FILE_UNWRITTEN,
        f"The system refused a file: {what}",
        why=why if why != what else "",
        hint="Make room, or make the folder writable; then repeat the command: it goes on from what is published.",
    )
