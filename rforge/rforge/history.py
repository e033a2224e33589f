"""What is remembered between two calls: the score that each package had when its status was last asked for.

It lies in the folder that the client keeps for the plugin across updates (`CLAUDE_PLUGIN_DATA`), so that the version
before this one may find it after a rollback: the schema only grows, and what is not known here is kept as it was. Folders
are remembered by their digests alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

SCHEMA = 1
FILE = "history.json"
MOST = 500
"""How many packages are remembered; the ones that were not asked for longest are forgotten."""


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
        scores = self._scores(self._read())

        def score_of(folder: str) -> int | None:
            score = scores.get(_digest(root / folder))
            return score if isinstance(score, int) and not isinstance(score, bool) else None

        return score_of

    def remember(self, scores: Mapping[Path, int]) -> None:
        """Keep these scores, in one step that leaves the old file or the new one."""
        if self._folder is None or not scores:
            return
        document = self._read()
        kept = self._scores(document)
        for package, score in scores.items():
            kept.pop(_digest(package), None)
            kept[_digest(package)] = score
        latest = dict(list(kept.items())[-MOST:])
        try:
            self._write(self._folder, {**document, "schema": SCHEMA, "scores": latest})
        except OSError as error:
            self._log(f"the history could not be written: {error}")

    def _read(self) -> dict[str, Any]:
        if self._folder is None:
            return {}
        try:
            document = json.loads((self._folder / FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            self._log(f"the history could not be read: {error}")
            return {}
        return document if isinstance(document, dict) else {}

    @staticmethod
    def _scores(document: Mapping[str, Any]) -> dict[str, Any]:
        scores = document.get("scores")
        return dict(scores) if isinstance(scores, dict) else {}

    @staticmethod
    def _write(folder: Path, document: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        new = folder / f"{FILE}.{os.getpid()}.{threading.get_ident()}"
        try:
            new.write_text(json.dumps(document), encoding="utf-8")
            new.replace(folder / FILE)
        finally:
            new.unlink(missing_ok=True)


def _digest(package: Path) -> str:
    return hashlib.sha256(os.fsencode(package.absolute())).hexdigest()
