"""git itself: argument lists, no shell, no prompt, no secret in what is reported."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Callable, cast

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_QUIET_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",  # a missing credential is an error, never a question
    "GIT_OPTIONAL_LOCKS": "0",  # reading never refreshes the user's index
    "LC_ALL": "C",  # messages are matched, so they come untranslated
    "LANGUAGE": "",
}


@dataclass(frozen=True)
class Completed:
    """How a git command ended; `errors` is its stderr without secrets."""

    status: int
    output: bytes
    errors: str

    @property
    def text(self) -> str:
        """The output as text without its last newline; bytes that are no UTF-8 survive as surrogates."""
        return self.output.decode("utf-8", "surrogateescape").rstrip("\n")


class Git:
    """git in one folder, with extra environment variables for every command; `discreet` takes secrets out of its words."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        discreet: Callable[[str], str] = redact,
    ) -> None:
        try:
            from git.cmd import Git as GitCommand
        except ImportError as error:  # GitPython looks for git as it is imported
            raise PhasegateError(
                ErrorCode.GIT_FAILED,
                "git does not run here.",
                why=str(error).strip().splitlines()[0],
                hint="Install git 2.31 or later, and see that `git --version` answers.",
            ) from error

        self.folder = folder
        self.environment = dict(environment or {})
        self.discreet = discreet
        self._command = GitCommand(str(folder))

    def with_environment(self, **variables: str) -> Git:
        """The same door with further variables, such as `GIT_INDEX_FILE`."""
        return Git(self.folder, {**self.environment, **variables}, self.discreet)

    def attempt(self, *arguments: str, stdin: bytes | None = None) -> Completed:
        """Run `git ARGUMENTS` and say how it ended, whatever its exit status.

        Raises:
            PhasegateError: `not-a-repository`, or `git-failed` where it did not even start.
        """
        if not self.folder.is_dir():  # GitPython would take the working directory instead
            raise PhasegateError(
                ErrorCode.NOT_A_REPOSITORY,
                f"{self.folder} is no folder.",
                hint="Change to a checkout of the plugin's repository.",
            )
        if stdin is None:
            return self._execute(arguments, None)
        with tempfile.TemporaryFile() as stream:
            stream.write(stdin)
            stream.seek(0)
            return self._execute(arguments, cast("BinaryIO", stream))

    def _execute(self, arguments: tuple[str, ...], stdin: BinaryIO | None) -> Completed:
        try:
            status, output, errors = self._command.execute(
                ["git", *arguments],
                istream=stdin,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env={**_QUIET_ENVIRONMENT, **self.environment},
            )
        except (OSError, ValueError) as error:  # too many words, or one that no command line can carry
            raise PhasegateError(
                ErrorCode.GIT_FAILED,
                f"git {_verb(arguments)} could not be started.",
                why=self.discreet(str(error)),
                hint="Nothing was published. See that the names in the configuration and the manifests are plain ones.",
            ) from error
        errors_text = errors.decode("utf-8", "replace") if isinstance(errors, bytes) else str(errors)
        return Completed(status, _as_bytes(output), self.discreet(errors_text))

    def run(self, *arguments: str, stdin: bytes | None = None) -> str:
        """The text that `git ARGUMENTS` prints.

        Raises:
            PhasegateError: `git-failed`, with git's own words.
        """
        return self._checked(*arguments, stdin=stdin).text

    def run_bytes(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        """The bytes that `git ARGUMENTS` prints, untouched; raises as `run` does."""
        return self._checked(*arguments, stdin=stdin).output

    def _checked(self, *arguments: str, stdin: bytes | None) -> Completed:
        return checked(self.attempt(*arguments, stdin=stdin), arguments)


def checked(completed: Completed, arguments: Sequence[str]) -> Completed:
    """How `git ARGUMENTS` ended, where it ended well.

    Raises:
        PhasegateError: `git-failed`, with git's own words.
    """
    if completed.status != 0:
        raise PhasegateError(
            ErrorCode.GIT_FAILED,
            f"git {_verb(arguments)} ended with status {completed.status}.",
            why=completed.errors.strip() or "git said nothing",
            hint="See git's own words above; nothing was published.",
        )
    return completed


def _verb(arguments: Sequence[str]) -> str:
    return next((word for word in arguments if not word.startswith("-") and "=" not in word), "")


def _as_bytes(output: object) -> bytes:
    return output if isinstance(output, bytes) else str(output).encode("utf-8", "surrogateescape")
