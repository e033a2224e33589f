"""`python -m rforge status|analyze [CONTEXT] [--path …] [--mode …] [--format …]`: the same commands for people."""

from __future__ import annotations

import argparse
import io
import sys
import time
from typing import TYPE_CHECKING

from rforge.commands import BUDGET_S
from rforge.plugin import current_user, load_flags, log
from rforge.tools import Workshop

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns 0, or 1 when it could not be answered (2 is argparse's own, for bad usage)."""
    given = vars(_parser().parse_args(arguments))
    command = given.pop("command")
    given["context"] = " ".join(given["context"])
    outcome = Workshop(load_flags(), current_user(), time.monotonic, _quiet).answer(command, given)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="replace"
            )  # a console that lacks a letter of a title shows a question mark
    print(outcome.text, file=sys.stderr if outcome.is_error else sys.stdout)
    return int(outcome.is_error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rforge", description="How healthy are the R packages here?")
    parser.add_argument(
        "command", choices=sorted(BUDGET_S), help="status: a line a package; analyze: all findings"
    )
    parser.add_argument("context", nargs="*", default=[], help="a package's name, or what you are after")
    parser.add_argument("--path", help="folder of a package, or one above several (default: here)")
    parser.add_argument("--mode", help="default (the others come in a later version)")
    parser.add_argument("--format", help="terminal, json or markdown (default: terminal)")
    return parser


def _quiet(message: str) -> None:
    """A person reads the answer itself; only what went over budget is told apart."""
    if message.startswith("TimeBudgetExceeded"):
        log(message)


if __name__ == "__main__":
    sys.exit(main())
