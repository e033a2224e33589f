"""What a terminal is given: no character that it cannot show, and none that would command it."""

from __future__ import annotations

import io
import sys


def printable(text: str) -> str:
    """`text` with control characters, and those that turn the direction of writing, shown by their codes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def never_stumble_over_a_character() -> None:
    """What a stream cannot show is shown by its code: an old Windows code page must not end a release."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
