from __future__ import annotations

from typing import Callable

import pytest

from phasegate.plugin.rules.permissions import ExecutableBits, Links, Submodules

Says = Callable[..., list[str]]


def test_a_script_that_cannot_run_is_told(says: Says) -> None:
    assert says(ExecutableBits, {"p/run.sh": "#!/bin/sh\n"}) == [
        "error p/run.sh:1: starts with '#!' and is not executable"
    ]


def test_a_document_that_can_run_is_told(says: Says) -> None:
    modes = {"p/commands/show.md": "100755", "p/flags.json": "100755"}
    assert says(ExecutableBits, None, modes) == [
        "error p/commands/show.md: is executable, and must not be",
        "error p/flags.json: is executable, and must not be",
    ]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("../../outside.txt", "leaves the plugin"),
        ("/etc/passwd", "leaves the plugin"),
        ("../../../up", "leaves the plugin"),
        ("../../pp/x", "leaves the plugin"),
        ("none", "leads nowhere"),
    ],
)
def test_a_link_out_of_the_plugin_or_to_nothing_is_told(says: Says, target: str, message: str) -> None:
    assert says(Links, {"p/bin/link": target, "pp/x": "x"}, {"p/bin/link": "120000"}) == [
        f"error p/bin/link: the link {message}: {target!r}"
    ]


@pytest.mark.parametrize("target", ["serve", "../commands", ".."])
def test_a_link_inside_the_plugin_is_fine(says: Says, target: str) -> None:
    assert says(Links, {"p/bin/link": target}, {"p/bin/link": "120000"}) == []


@pytest.mark.parametrize("target", [".", "../bin", "./"])
def test_a_link_to_the_folder_it_lies_in_is_told(says: Says, target: str) -> None:
    assert says(Links, {"p/bin/link": target}, {"p/bin/link": "120000"}) == [
        f"error p/bin/link: clients cannot install a link to the folder it lies in: {target!r}"
    ]


def test_a_link_to_the_folder_of_a_plugin_at_the_root_is_told(says: Says) -> None:
    changes = {".claude-plugin/marketplace.json": None, ".claude-plugin/plugin.json": {"name": "r"}}
    assert says(Links, {**changes, "me": "."}, {"me": "120000"}) == [
        "error me: clients cannot install a link to the folder it lies in: '.'"
    ]


def test_a_link_in_a_plugin_at_the_root_may_not_leave_the_repository(says: Says) -> None:
    changes = {".claude-plugin/marketplace.json": None, ".claude-plugin/plugin.json": {"name": "r"}}
    changes = {**changes, "in": "p/bin", "out": "../x"}
    assert says(Links, changes, {"in": "120000", "out": "120000"}) == [
        "error out: the link leaves the plugin: '../x'"
    ]


def test_a_submodule_in_the_plugin_is_told_and_one_beside_it_is_not(says: Says) -> None:
    assert says(Submodules, None, {"p/sub": "160000", "beside": "160000"}) == ["error p/sub: is a submodule"]
