from __future__ import annotations

from pathlib import Path

import pytest

from rforge.commands.table import COMMANDS
from rforge.lenses.table import LENSES
from rforge.render.as_json import as_document
from rforge.request import Mode

COMMAND_FILES = Path(__file__).parents[4] / "rforge" / "commands"


def test_the_six_commands_are_there() -> None:
    assert list(COMMANDS) == ["status", "analyze", "detect", "deps", "next", "impact"]


def test_every_mode_has_its_lens() -> None:
    assert set(LENSES) == set(Mode)
    assert all(lens.mode is mode for mode, lens in LENSES.items())


def test_every_command_has_a_file_that_calls_its_tool_and_no_other() -> None:
    assert {file.stem for file in COMMAND_FILES.glob("*.md")} == {*COMMANDS, "feedback"}
    for name in COMMANDS:
        text = (COMMAND_FILES / f"{name}.md").read_text(encoding="utf-8")
        assert f"allowed-tools: mcp__plugin_rforge_rforge__rforge_{name}\n" in text
        assert f"Call the tool `rforge_{name}`" in text
        assert text.count("rforge__rforge_") == 1


@pytest.mark.parametrize("command", sorted(COMMANDS))
@pytest.mark.parametrize("mode", Mode)
def test_no_block_takes_a_key_of_the_envelope_or_of_another_block(
    fixtures: Path, make_run, command: str, mode: Mode
) -> None:
    report = make_run(command, fixtures, mode=mode).report()
    envelope = as_document(make_run(command, fixtures).report()).keys() - {b.key for b in report.blocks}
    keys = [block.key for block in report.blocks]
    assert len(set(keys)) == len(keys)
    assert not envelope & set(keys)
