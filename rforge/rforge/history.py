"""What is remembered between two calls: the score that each package had when its status was last asked for.

It lies in the folder that the client keeps for the plugin across updates (`CLAUDE_PLUGIN_DATA`), so that the version
before this one may find it after a rollback: the schema only grows, and what is not known here is kept as it was. Folders
are remembered by their digests alone.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

SCHEMA = 1
FILE = "history.json"
LOCK = "history.lock"
MOST = 500
"""How many packages are remembered; the ones that were not asked for longest are forgotten."""

MAX_BYTES = 4 * 1024 * 1024
"""A history is a hundred times smaller."""

PATIENCE_S = 1.0
"""How long another process may keep the history before nothing is remembered, in seconds; a turn takes milliseconds."""


class History:
    """The scores in `folder`; without a folder nothing is remembered.

    Args:
        folder: the plugin's data folder, or None.
        log: takes a line for the log: a history that cannot be read or written is no reason not to answer.
    """

    def __init__(self, folder: Path | None, log: Callable[[str], None]) -> None:
        self._folder = folder
        self._log = log

    def scores_below(self, root: Path) -> Callable[[str], int | None]:
        """What gives the last score of the package in a folder relative to `root`, or None."""
        scores: dict[str, Any] = {}
        try:
            root = root.absolute()  # fails where the working directory is gone
            scores = self._scores(self._read())
        except OSError as error:
            self._log(f"the history could not be read: {error}")

        def score_of(folder: str) -> int | None:
            score = scores.get(_digest(root / folder))
            return score if isinstance(score, int) and not isinstance(score, bool) else None

        return score_of

    def remember(self, scores: Mapping[Path, int]) -> None:
        """Keep these scores, in one step that leaves the old file or the new one, whoever else writes meanwhile."""
        if self._folder is None or not scores:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with _turn(self._folder / LOCK):
                self._replace(self._folder / FILE, scores)
        except (OSError, RecursionError) as error:
            self._log(f"the history could not be written: {error}")

    def _replace(self, file: Path, scores: Mapping[Path, int]) -> None:
        document = self._read()
        if _is_newer(document):
            self._log("the history is a newer version's, and stays as it is.")
            return
        kept = self._scores(document)
        for package, score in scores.items():
            key = _digest(package.absolute())
            kept.pop(key, None)
            kept[key] = score
        latest = dict(list(kept.items())[-MOST:])
        new = file.with_name(f"{FILE}.new")
        try:
            new.write_text(json.dumps({**document, "schema": SCHEMA, "scores": latest}), encoding="utf-8")
            new.replace(file)
        finally:
            new.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        """What the file holds; a file that is none of ours is as good as none.

        Raises:
            OSError: nobody knows what it holds.
        """
        if self._folder is None:
            return {}
        file = self._folder / FILE
        if not file.is_file():  # reading a pipe would never end
            return {}
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES)
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as error:
            self._log(f"the history is broken, and begins anew: {error}")
            return {}
        return document if isinstance(document, dict) else {}

    @staticmethod
    def _scores(document: Mapping[str, Any]) -> dict[str, Any]:
        scores = document.get("scores")
        return dict(scores) if isinstance(scores, dict) and not _is_newer(document) else {}


def _is_newer(document: Mapping[str, Any]) -> bool:
    schema = document.get("schema")
    return isinstance(schema, int) and schema > SCHEMA


@contextmanager
def _turn(lock: Path) -> Iterator[None]:
    """One process after the other; the system gives the turn back when a process dies.

    Raises:
        OSError: the turn did not come.
    """
    from rforge.locks import held

    with held(lock, PATIENCE_S) as is_ours:
        if not is_ours:
            raise BlockingIOError(errno.EAGAIN, "another process keeps it")
        yield


def _digest(package: Path) -> str:
    """The name of an absolute path in the file."""
    return hashlib.sha256(os.fsencode(package)).hexdigest()
