"""A real repository for tests of histories."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from phasegate.git.door import Git

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
}


class Repository:
    """A real repository whose commits are made without a worktree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run("init", "--quiet", "--initial-branch=main")
        self.tree = self.run("hash-object", "-t", "tree", "-w", "--stdin")
        self.git = Git(folder)

    def run(self, *arguments: str, stdin: bytes = b"") -> str:
        ended = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=ENVIRONMENT,
            input=stdin,
            check=True,
            capture_output=True,
        )
        return ended.stdout.decode("utf-8", "replace").strip()

    def commit(self, message: bytes | str, *parents: str, tag: str = "") -> str:
        text = message.encode() if isinstance(message, str) else message
        commit = self.run("commit-tree", self.tree, *(f"-p{parent}" for parent in parents), stdin=text)
        self.run("update-ref", "refs/heads/main", commit)
        if tag:
            self.run("update-ref", f"refs/tags/{tag}", commit)
        return commit
