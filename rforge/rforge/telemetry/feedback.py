"""Feedback: how content a user is, from 1 to 5, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rforge.errors import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rforge.telemetry.journal import Journal

TOOL = "rforge_feedback"
SCORES = range(1, 6)


def describe_feedback() -> dict[str, Any]:
    """The tool as `tools/list` shows it."""
    score = {"type": "integer", "minimum": 1, "maximum": 5, "description": "From 1 (poor) to 5 (very good)."}
    return {
        "name": TOOL,
        "title": "rforge feedback",
        "description": "Notes how content the user is with rforge, as a number from 1 to 5. Only if the user asked for it.",
        "inputSchema": {
            "type": "object",
            "properties": {"score": score},
            "required": ["score"],
            "additionalProperties": False,
        },
        "annotations": {"destructiveHint": False, "openWorldHint": False},
    }


def give_feedback(arguments: Mapping[str, Any], journal: Journal) -> str:
    """Note the score; what the user is told.

    Raises:
        ValidationError: there is no score, or something beside it.
    """
    score = arguments.get("score")
    if set(arguments) - {"score"} or not isinstance(score, int) or score is True or score not in SCORES:
        raise ValidationError("Feedback is a score from 1 to 5, and nothing else; nothing was kept.")
    from rforge.telemetry.event import Kind
    from rforge.telemetry.journal import Kept

    return {
        Kept.WRITTEN: "Thank you. The score was noted on this machine, and nothing else.",
        Kept.OFF: "Telemetry is off; nothing was kept.",
        Kept.LOST: "The score could not be written down; nothing was kept.",
    }[journal.keep(Kind.FEEDBACK, {"score": score})]
