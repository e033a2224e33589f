"""A plugin without a fault, and a way to see what a rule says when something about it is changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Callable

import pytest

from phasegate.config import Config
from phasegate.plugin.manifest import read_catalogue
from phasegate.plugin.rule import Rule, Subject
from phasegate.plugin.tree import EXECUTABLE, MemoryFiles

if TYPE_CHECKING:
    from collections.abc import Mapping

Says = Callable[..., list[str]]

_COMMAND = """---
description: Shows things
argument-hint: "[PACKAGE] [--mode MODE]"
allowed-tools: mcp__plugin_p_p__status, Bash(git log:*), Read
model: sonnet
disable-model-invocation: true
---
Show the things in $ARGUMENTS.
"""


def good_files() -> dict[str, object]:
    """Path → bytes, text, or what is written as JSON."""
    return {
        ".claude-plugin/marketplace.json": {
            "name": "market",
            "owner": {"name": "Someone"},
            "plugins": [
                {"name": "p", "source": "./p", "description": "Does things.", "version": "1.0.0"},
                {"name": "q", "source": {"source": "github", "repo": "x/q", "sha": "0" * 40}},
            ],
        },
        "p/.claude-plugin/plugin.json": {
            "name": "p",
            "version": "1.0.0",
            "description": "Does things.",
            "author": {"name": "Someone"},
            "keywords": ["things"],
            "commands": ["./extra"],
            "mcpServers": {"p": {"command": "python3", "args": ["${CLAUDE_PLUGIN_ROOT}/bin/serve"]}},
        },
        "p/commands/show.md": _COMMAND,
        "p/extra/more.md": _COMMAND,
        "p/flags.json": {"schema": 1, "flags": {"mode-system": {"enabled": True, "percentage": 5}}},
        "p/bin/serve": "#!/usr/bin/env python3\n",
        "outside.txt": "/home/somebody/else",
    }


def build(
    changes: Mapping[str, object] | None = None, modes: Mapping[str, str | None] | None = None
) -> MemoryFiles:
    """The good files with `changes`; None removes a file."""
    contents = {**good_files(), **(changes or {})}
    encoded = {path: _encoded(value) for path, value in contents.items() if value is not None}
    return MemoryFiles(encoded, {"p/bin/serve": EXECUTABLE, **(modes or {})})  # type: ignore[dict-item]


def _encoded(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value, indent=1)).encode()


@pytest.fixture
def tree() -> Callable[..., MemoryFiles]:
    return build


@pytest.fixture
def good() -> dict[str, object]:
    return good_files()


@pytest.fixture
def says() -> Says:
    """What a rule says about the good files with changes."""

    def check(
        rule: type[Rule],
        changes: Mapping[str, object] | None = None,
        modes: Mapping[str, str | None] | None = None,
        **about: object,
    ) -> list[str]:
        files = build(changes, modes)
        subject = Subject(files, read_catalogue(files), Config(), **about)  # type: ignore[arg-type]
        return [f"{finding.severity.value} {finding}" for finding in rule().check(subject)]

    return check
