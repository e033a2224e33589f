"""Which log folders a watch has read so far: one that is gone takes what it told with it, and nothing else would say so."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from phasegate.strict_json import read_json
from phasegate.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MOST_WATCHES = 20


def count_gone(memory: Path, watch: str, folders: Iterable[str]) -> int:
    """How many folders were read for `watch` before and are not among `folders`; the file `memory` knows them from now on."""
    known, now = _load(memory), set(folders)
    before = set(known.pop(watch, ()))
    if now - before:
        newest = dict(list(known.items())[1 - _MOST_WATCHES :])
        with suppress(OSError):  # who may not write here still may look
            write_whole(memory, json.dumps({**newest, watch: sorted(before | now)}))
    return len(before - now)


def _load(memory: Path) -> dict[str, list[str]]:
    try:
        found = read_json(memory.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and all(isinstance(each, list) for each in found.values()) else {}
