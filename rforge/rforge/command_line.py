"""`python -m rforge COMMAND [CONTEXT] [--path …] [--mode …] [--format …]`: the same commands for people and scripts.

`feedback SCORE` and, for probes alone and so not in the help, `documentation DOCUMENTED ACCURATE` write an event.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import time
from typing import TYPE_CHECKING

from rforge.commands.table import COMMANDS
from rforge.errors import RforgeError, shortened
from rforge.plugin import load_version, log
from rforge.render.screen import Screen
from rforge.stdio import Journals, make_workshop
from rforge.tools import Call

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn, TextIO

    from rforge.tools import Workshop

VERBS = ("feedback", "documentation")

PROGRESS_AFTER_S = 1.0
"""Whoever waits longer than that is told how far it is."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns 0, or 1 when it could not be answered (2 is argparse's own, for bad usage)."""
    words = sys.argv[1:] if arguments is None else arguments
    if words and words[0] in VERBS:
        return _say(words[0], words[1:])
    given = vars(_parser().parse_intermixed_args(words))
    command = given.pop("command")
    given["context"] = " ".join(given["context"])
    broken: list[Exception] = []
    workshop, version = make_workshop(_log_unsaid, _screen()), load_version(broken=broken.append)
    call = Call(progress=_Progress())
    try:
        return _answer(workshop, command, given, call)
    finally:
        journal = Journals(version, workshop, broken)()
        journal.tell_session(has_started=True)
        journal.tell_command(call.account)
        journal.close()


def _answer(workshop: Workshop, command: str, given: dict[str, Any], call: Call) -> int:
    try:
        outcome = workshop.answer(command, given, call)
    except KeyboardInterrupt:
        log("interrupted.")
        return 130
    finally:
        if isinstance(call.progress, _Progress):
            call.progress.clear()
    return max(int(outcome.is_error), _write(outcome.text, sys.stderr if outcome.is_error else sys.stdout))


def _say(verb: str, words: Sequence[str]) -> int:
    """Write an event; 0, or 1 where the words make no sense or nothing was written."""
    from rforge.telemetry.verbs import perform

    journal = Journals(load_version(), make_workshop(_log_unsaid, _screen()))()
    try:
        return _write(perform(verb, words, journal), sys.stdout)
    except (RforgeError, OSError) as error:
        return max(1, _write(str(error), sys.stderr))
    finally:
        journal.close()


def _write(text: str, stream: TextIO | None) -> int:
    """Write the answer; 1 where it cannot be written, and 0 where its reader had enough of it (`rforge … | head`)."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")  # a console that lacks a letter of a title shows a question mark
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        _discard(stream)
    except OSError as error:
        _discard(stream)
        log(f"the answer could not be written: {error.strerror or error}.")
        return 1
    return 0


def _discard(stream: TextIO | None) -> None:
    """Let what is still in the stream's buffer go, or Python complains about it when it ends."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(shortened(message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="rforge",
        description="How healthy are the R packages here?",
        epilog="`rforge feedback SCORE` notes how content you are, from 1 to 5.",
    )
    commands = "; ".join(
        f"{name}: {command.summary[0].lower()}{command.summary[1:-1]}" for name, command in COMMANDS.items()
    )
    parser.add_argument("command", choices=sorted(COMMANDS), help=commands)
    parser.add_argument("context", nargs="*", default=[], help="a package's name, or what you are after")
    parser.add_argument("--path", help="folder of a package, or one above several (default: here)")
    parser.add_argument("--mode", help="default, debug, optimize or release (default: default)")
    parser.add_argument("--format", help="terminal, json or markdown (default: terminal)")
    parser.add_argument(
        "--check", action="store_true", help="in mode release, run R CMD check (runs the package's code)"
    )
    return parser


def _screen() -> Screen:
    """What stdout is: a terminal with its width and perhaps its colours, or a file without end (see no-color.org)."""
    if sys.stdout is None or not sys.stdout.isatty():
        return Screen()
    has_colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    if sys.platform == "win32":
        has_colour = has_colour and "WT_SESSION" in os.environ
    return Screen(shutil.get_terminal_size().columns, has_colour)


def _log_unsaid(message: str) -> None:
    """A person reads the answer itself, which may be that there is none; told apart is what it does not say."""
    if not message.startswith(("ValidationError", "MCPServerError")):
        log(message)


class _Progress:
    """One line on a terminal's stderr that says how far it is, once it takes long."""

    def __init__(self) -> None:
        self._started_s = time.monotonic()
        self._is_shown = False

    def __call__(self, done: int, total: int) -> None:
        if (
            sys.stderr is not None
            and sys.stderr.isatty()
            and time.monotonic() - self._started_s > PROGRESS_AFTER_S
        ):
            self._is_shown = True
            print(f"\r{done} of {total} packages", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away again."""
        if self._is_shown:
            print(f"\r{' ' * 40}\r", end="", file=sys.stderr, flush=True)
