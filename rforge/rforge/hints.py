"""What the words of a request hint at; a hint suggests a mode, and never switches to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rforge.errors import shortened
from rforge.request import Mode

if TYPE_CHECKING:
    from rforge.request import Request

_WORDS = {
    Mode.DEBUG: r"debug\w*|bugs?|broken|fail\w*|errors?|traces?|crash\w*",
    Mode.OPTIMIZE: r"optimi[sz]\w*|slow\w*|speed\w*|fast\w*|performance|heavy|large|size|memory",
    Mode.RELEASE: r"release\w*|releasing|cran|submi(?:t|ssion)\w*|publish\w*|ready|readiness",
}
_MODES = frozenset(mode.value for mode in Mode)
_PATTERNS = {mode: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for mode, words in _WORDS.items()}
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")


def is_meant_as_name(context: str) -> bool:
    """Whether a context can only be the name of a package: one word, which is no mode and hints at none."""
    is_hint = any(pattern.search(context) for pattern in _PATTERNS.values())
    return _WORD.fullmatch(context) is not None and not is_hint and context.lower() not in _MODES


def suggested_mode(request: Request) -> str:
    """A sentence that names the mode that the request's words hint at, or an empty text; an explicit mode decides."""
    if request.mode is not Mode.DEFAULT or request.is_mode_explicit:
        return ""
    for mode, pattern in _PATTERNS.items():
        match = pattern.search(request.context)
        if match is not None:
            return f"You speak of {shortened(match.group())!r}: mode {mode.value} looks into that (--mode {mode.value})."
    return ""
