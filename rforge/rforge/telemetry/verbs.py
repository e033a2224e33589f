"""Words of the command line that write one event: `feedback SCORE`, and for probes `documentation DOCUMENTED ACCURATE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.errors import RforgeError, ValidationError
from rforge.telemetry.event import Kind
from rforge.telemetry.feedback import give_feedback
from rforge.telemetry.journal import Kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rforge.telemetry.journal import Journal


def perform(verb: str, words: Sequence[str], journal: Journal) -> str:
    """Write the event of `verb`; what the caller is told.

    Raises:
        RforgeError: the words make no sense, or the event could not be written.
    """
    numbers = [_number(word) for word in words]
    if verb == "feedback":
        if len(numbers) != 1:
            raise ValidationError("Usage: rforge feedback SCORE, with a score from 1 to 5.")
        return give_feedback({"score": numbers[0]}, journal)
    return _note_documentation(numbers, journal)


def _note_documentation(numbers: Sequence[int], journal: Journal) -> str:
    """How many statements of the documentation were checked by a probe, and how many of them are true."""
    if not journal.settings().is_probe:
        raise ValidationError("This is for probes: it needs RFORGE_PROBE=1.")
    if len(numbers) != 2 or not 0 <= numbers[1] <= numbers[0]:
        raise ValidationError("Usage: rforge documentation DOCUMENTED ACCURATE, two numbers of statements.")
    documented, accurate = numbers
    kept = journal.keep(Kind.DOCUMENTATION, {"documented": documented, "accurate": accurate})
    if kept is not Kept.WRITTEN:
        raise RforgeError(f"Nothing was kept: telemetry is {kept.value}.")
    return f"{accurate} of {documented} statements are true."


def _number(word: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) < 10):
        raise ValidationError("Only whole numbers are taken here.")
    return int(word)
