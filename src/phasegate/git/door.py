"""git itself: argument lists, no shell, no prompt, no secret in what is reported."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Callable, cast

from phasegate.errors import ErrorCode, PhasegateError, unwritten_in
from phasegate.git.listening import listen, without_progress
from phasegate.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from subprocess import Popen

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

    def attempt(
        self, *arguments: str, stdin: bytes | None = None, silence_s: float | None = None
    ) -> Completed:
        """Run `git ARGUMENTS` and say how it ended, whatever its exit status.

        `silence_s` is for commands that talk to a remote: one that writes nothing for so long is ended.

        Raises:
            PhasegateError: `not-a-repository`, or `git-failed` where it did not even start.
        """
        if not self.folder.is_dir():  # GitPython would take the working directory instead
            raise PhasegateError(
                ErrorCode.NOT_A_REPOSITORY,
                f"{self.folder} is no folder.",
                hint="Change to a checkout of the plugin's repository.",
            )
        if silence_s is not None:
            return self._converse(arguments, silence_s)
        if stdin is None:
            return self._execute(arguments, None)
        with tempfile.TemporaryFile() as stream:
            stream.write(stdin)
            stream.seek(0)
            return self._execute(arguments, cast("BinaryIO", stream))

    def _execute(self, arguments: tuple[str, ...], stdin: BinaryIO | None) -> Completed:
        status, output, errors = self._start(
            arguments,
            istream=stdin,
            with_extended_output=True,
            with_exceptions=False,
            stdout_as_string=False,
            strip_newline_in_stdout=False,
        )
        errors_text = errors.decode("utf-8", "replace") if isinstance(errors, bytes) else str(errors)
        return Completed(status, _as_bytes(output), self.discreet(errors_text))

    def _converse(self, arguments: tuple[str, ...], silence_s: float) -> Completed:
        started = self._start(arguments, as_process=True)  # it ends the process when nobody holds it any more
        process = cast("Popen[bytes]", started.proc)
        output, errors, silent = listen(process, silence_s)
        words = self.discreet(without_progress(errors.decode("utf-8", "replace")))
        if silent:
            words += f"git {_verb(arguments)} was silent for {silence_s:g} s and was ended.\n"
        return Completed(process.returncode, output, words)

    def _start(self, arguments: tuple[str, ...], **options: Any) -> Any:
        try:
            return self._command.execute(
                ["git", *arguments],
                env={**_QUIET_ENVIRONMENT, **self.environment},
                restore_signals=False,  # a file that may not grow is then an error that git cleans up after
                **options,
            )
        except (OSError, ValueError) as error:  # too many words, or one that no command line can carry
            raise PhasegateError(
                ErrorCode.GIT_FAILED,
                f"git {_verb(arguments)} could not be started.",
                why=self.discreet(str(error)),
                hint="Nothing was published. See that the names in the configuration and the manifests are plain ones.",
            ) from error

    def run(self, *arguments: str, stdin: bytes | None = None) -> str:
        """The text that `git ARGUMENTS` prints.

        Raises:
            PhasegateError: `git-failed`, with git's own words; `file-unwritten`.
        """
        return checked(self.attempt(*arguments, stdin=stdin), arguments).text

    def run_bytes(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        """The bytes that `git ARGUMENTS` prints, untouched; raises as `run` does."""
        return checked(self.attempt(*arguments, stdin=stdin), arguments).output


def checked(completed: Completed, arguments: Sequence[str], *, expected: tuple[int, ...] = (0,)) -> Completed:
    """How `git ARGUMENTS` ended, where it ended as expected.

    Raises:
        PhasegateError: `git-failed`, with git's own words; `file-unwritten`.
    """
    if completed.status not in expected:
        raise unwritten_in(completed.errors) or PhasegateError(
            ErrorCode.GIT_FAILED,
            f"git {_verb(arguments)} {_ending(completed.status)}.",
            why=completed.errors.strip() or "git said nothing",
            hint="See git's own words above; nothing was published.",
        )
    return completed


def _verb(arguments: Sequence[str]) -> str:
    return next((word for word in arguments if not word.startswith("-") and "=" not in word), "")


def _ending(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    return f"was ended by signal {-status}"


def _as_bytes(output: object) -> bytes:
    return output if isinstance(output, bytes) else str(output).encode("utf-8", "surrogateescape")
