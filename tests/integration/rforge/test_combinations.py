"""Every command in every mode and format, asked of the running server about an ecosystem of four packages."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from fixtures.mediationverse import write_mediationverse
from rforge.commands.table import COMMANDS
from rforge.render.as_json import describe_document
from rforge.request import Format, Mode

if TYPE_CHECKING:
    from pathlib import Path

    from integration.rforge.conftest import Server

PACKAGES = {"medfit", "mediationverse", "medsim", "probmed"}
ESSENTIAL = {
    "status": ("packages", "contents"),
    "analyze": ("packages",),
    "detect": ("project", "packages"),
    "deps": ("summary", "inside", "release_order", "cycles", "outside", "remotes"),
    "next": ("next", "summary"),
    "impact": ("packages",),
}
ADDED = {
    "default": (),
    "debug": ("issues", "tree", "trace"),
    "optimize": ("dependencies_by_weight", "unused_imports", "large_files", "slow_tests", "load_order"),
    "release": ("readiness", "points", "release_order"),
}


@pytest.fixture(scope="module")
def ecosystem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_mediationverse(tmp_path_factory.mktemp("ecosystem"))


@pytest.mark.parametrize("form", [form.value for form in Format])
@pytest.mark.parametrize("mode", [mode.value for mode in Mode])
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_answers_in_every_mode_and_format(
    running: Server, ecosystem: Path, command: str, mode: str, form: str
) -> None:
    result = running.call(f"rforge_{command}", path=str(ecosystem), mode=mode, format=form)
    text, document = result["content"][0]["text"], result["structuredContent"]
    assert not result["isError"], text
    assert set(describe_document()["required"]) <= document.keys()
    assert (document["command"], document["mode"], document["partial"]) == (command, mode, False)
    assert {*ESSENTIAL[command], *ADDED[mode]} <= document.keys()
    assert command == "next" or all(package in text for package in PACKAGES)
    check_form(form, text, document, command, mode)


def check_form(form: str, text: str, document: dict[str, object], command: str, mode: str) -> None:
    if form == "json":
        assert json.loads(text) == document
    elif form == "markdown":
        assert text.startswith(f"# rforge {command}\n\nMode: {mode}\n")
        tables = re.findall(r"(?:^\|.*\|\n?)+", text, re.MULTILINE)
        assert tables
        for table in tables:
            assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1
        assert text.count("```") % 2 == 0
    else:
        assert text.startswith(f"rforge {command} (mode {mode})")
        assert max(map(len, text.splitlines())) <= 100
        assert "\x1b" not in text
