"""`--check | --write`: the generated pages against the code."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.docs.page import differences, write
from phasegate.errors import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phasegate.docs.page import Page


def main(pages: Sequence[Page], arguments: Sequence[str] | None = None) -> int:
    """Check or write `pages`, and answer the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m phasegate.tasks.reference", description="Generated documentation pages."
    )
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="say which pages are stale, change nothing")
    action.add_argument("--write", action="store_true", help="bring stale pages up to date")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository's folder (default: .)")
    options = parser.parse_args(arguments)
    if options.write:
        for path in write(options.root, pages):
            print(f"written: {path}")
        return 0
    return _check(options.root, pages)


def _check(root: Path, pages: Sequence[Page]) -> int:
    stale = differences(root, pages)
    for path, difference in stale.items():
        print(f"stale: {path}\n{difference}\n")
    if not stale:
        print(f"{len(pages)} generated page{'' if len(pages) == 1 else 's'} up to date")
        return 0
    print("next: run `python -m phasegate.tasks.reference --write` and commit.")
    return ErrorCode.GATE_FAILED.exit_status
