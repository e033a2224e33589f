"""Where the real clients have to be there, one that is missing is no reason to test less."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from client.people import VERSIONS
from processes import executable
from verbs import run_module

TESTS = Path(__file__).with_name("test_verbs.py")


@pytest.mark.once
@pytest.mark.skipif(sys.platform == "win32", reason="a script that starts by its first line")
@pytest.mark.parametrize("given", [(), VERSIONS[:1], VERSIONS[1:], ("9.9.9",), VERSIONS])
def test_each_client_that_ci_installs_has_to_be_given(tmp_path: Path, given: tuple[str, ...]) -> None:
    for version in given:
        executable(tmp_path / version, f"#!/bin/sh\necho '{version} (Claude Code)'\n")
    clients = os.pathsep.join(str(tmp_path / version) for version in given)
    options = ("--collect-only", "--quiet", "--require-all", "-p", "no:cacheprovider")
    done = run_module("pytest", tmp_path, *options, str(TESTS), PHASEGATE_CLIENTS=clients)
    missing = [version for version in VERSIONS if version not in given]
    assert (done.returncode == 0) is (not missing)
    assert all(version in done.stderr + done.stdout for version in missing)
