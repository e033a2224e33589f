from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest

from rforge.errors import ValidationError
from rforge.telemetry.feedback import SCORES, describe_feedback, give_feedback

if TYPE_CHECKING:
    from rforge.telemetry.journal import Journal

MakeJournal = Callable[..., "Journal"]
COMMAND_FILE = Path(__file__).parents[4] / "rforge" / "commands" / "feedback.md"


@pytest.mark.parametrize("score", SCORES)
def test_a_score_is_noted_and_answered_with_thanks(
    make_journal: MakeJournal, lines: Callable, score: int
) -> None:
    assert give_feedback({"score": score}, make_journal()).startswith("Thank you.")
    [event] = lines()
    assert (event["event"], event["score"]) == ("feedback", score)


@pytest.mark.parametrize(
    "arguments", [{}, *({"score": score} for score in (0, 6, "3", 3.5, True, None)), {"score": 3, "why": "x"}]
)
def test_anything_else_is_refused_and_not_kept(
    make_journal: MakeJournal, folder: Path, arguments: dict[str, object]
) -> None:
    with pytest.raises(ValidationError, match="from 1 to 5"):
        give_feedback(arguments, make_journal())
    assert not folder.exists()


def test_where_telemetry_is_off_the_user_is_told_that_nothing_was_kept(make_journal: MakeJournal) -> None:
    told = give_feedback({"score": 5}, make_journal(DO_NOT_TRACK="1"))
    assert told == "Telemetry is off; nothing was kept."


def test_where_it_cannot_be_written_nobody_is_thanked(make_journal: MakeJournal, folder: Path) -> None:
    folder.write_bytes(b"no folder")
    assert give_feedback({"score": 5}, make_journal()).startswith("The score could not be written down")


def test_the_tool_takes_a_score_and_nothing_else() -> None:
    schema = describe_feedback()["inputSchema"]
    assert schema["properties"]["score"] | {"description": ""} == {
        "type": "integer",
        "minimum": SCORES[0],
        "maximum": SCORES[-1],
        "description": "",
    }
    assert schema["additionalProperties"] is False


def test_the_command_s_file_calls_the_tool_and_no_other() -> None:
    text = COMMAND_FILE.read_text(encoding="utf-8")
    assert "allowed-tools: mcp__plugin_rforge_rforge__rforge_feedback\n" in text
    assert text.count("rforge__rforge_") == 1
