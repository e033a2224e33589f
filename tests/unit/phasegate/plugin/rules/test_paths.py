from __future__ import annotations

from typing import Callable

import pytest

from phasegate.plugin.rules.paths import HardCodedPaths, PluginRootPaths

Says = Callable[..., list[str]]


@pytest.mark.parametrize(
    "line",
    [
        'open("/home/alice/data")',
        "cd /Users/Bob/project",
        r"C:\Users\carol\x",
        r'"c:\\users\\carol"',
        "D:/Users/carol",
        "file:///home/alice",
        "(/home/alice)",
    ],
)
def test_a_home_folder_is_told_with_its_line(says: Says, line: str) -> None:
    found = says(HardCodedPaths, {"p/code.py": f"# one\n{line}\n"})
    assert len(found) == 1
    assert found[0].startswith("error p/code.py:2: hard-coded path ")


@pytest.mark.parametrize(
    "line",
    [
        "https://example.org/home/alice/x",
        "${HOME}/home/x",
        "~/home/x",
        "../Users/x",
        "/home/",
        "/homes/x",
        "at-home/x",
    ],
)
def test_what_only_looks_like_a_home_folder_is_left_alone(says: Says, line: str) -> None:
    assert says(HardCodedPaths, {"p/code.py": line}) == []


def test_a_binary_file_and_one_outside_the_plugin_are_left_alone(says: Says) -> None:
    assert says(HardCodedPaths, {"p/picture.png": b"\0/home/alice/x", "other/code.py": "/home/alice/x"}) == []


def test_a_server_that_is_not_there_is_told(says: Says) -> None:
    servers = '{\n"p": {"command": "${CLAUDE_PLUGIN_ROOT}/bin/none", "cwd": "${CLAUDE_PLUGIN_ROOT}/bin"}}'
    readme = "${CLAUDE_PLUGIN_ROOT}/only/prose"
    assert says(PluginRootPaths, {"p/.mcp.json": servers, "p/README.md": readme}) == [
        "error p/.mcp.json:2: ${CLAUDE_PLUGIN_ROOT}/bin/none does not exist"
    ]


def test_a_plugin_at_the_root_is_looked_at_too(says: Says) -> None:
    changes = {".claude-plugin/marketplace.json": None, ".claude-plugin/plugin.json": {"name": "r"}}
    assert says(PluginRootPaths, {**changes, "hooks/hooks.json": '"${CLAUDE_PLUGIN_ROOT}/x.sh"'}) == [
        "error hooks/hooks.json:1: ${CLAUDE_PLUGIN_ROOT}/x.sh does not exist"
    ]
