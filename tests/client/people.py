"""What users of the real client have, found without the code that is under test."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from phasegate.verdict import Verdict
from workshop import Workshop, git

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phasegate.rollout.proving.verify import Check

VERSIONS = ("2.1.197", "2.1.330")
"""The clients that CI installs: of the older update logic, and of today's."""


def failures(checks: Iterable[Check]) -> str:
    """The checks that did not pass, a line each."""
    return "\n".join(
        f"{c.verdict.value} {c.subject}: {c.reason}" for c in checks if c.verdict is not Verdict.PASS
    )


def installed_folder(home: Path, plugin: str = "demo@market") -> Path:
    """Where the client's own book says that `plugin` is."""
    book = home / ".claude" / "plugins" / "installed_plugins.json"
    [row] = json.loads(book.read_text(encoding="utf-8"))["plugins"][plugin]
    return Path(row["installPath"])


def tree_in(folder: Path, scratch: Path) -> str:
    """The id that git itself gives to the tree of all files in `folder`, but for the client's notes of who uses it."""
    database = Path(tempfile.mkdtemp(suffix=".git", dir=scratch))
    git(scratch, "init", "--quiet", "--bare", str(database))
    there = ["--git-dir", str(database), "--work-tree", str(folder), "-c", "core.autocrlf=false"]
    git(folder, *there, "add", "--all", "--force", "--", ".", ":(exclude).in_use")
    return git(folder, *there, "write-tree")


def tree_in_ledger(workshop: Workshop, channel: str, folder: str = "demo") -> str:
    """The id of the plugin's tree on `channel`, as the ledger on the remote has it."""
    state = json.loads(workshop.published("refs/phasegate/ledger", "state.json"))
    return git(workshop.remote, "rev-parse", "--verify", f"{state['channels'][channel]['tree']}:{folder}")


def push_to(workshop: Workshop, branch: str, files: dict[str, str]) -> None:
    """Commit `files` on a branch of the remote, as somebody does who goes past phasegate."""
    clone = Path(tempfile.mkdtemp(prefix="intruder-", dir=workshop.root.parent))
    git(workshop.root.parent, "clone", "--quiet", "--branch", branch, str(workshop.remote), str(clone))
    for name, text in files.items():
        Path(clone, name).write_bytes(text.encode())
    git(clone, "commit", "--quiet", "--all", "--message", "past phasegate")
    git(clone, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
