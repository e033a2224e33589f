"""This repository's own plugin, deployed by phasegate, as the real client loads it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest

from client.people import failures
from rforge.commands.table import COMMANDS
from workshop import NOXFILE, TASKS, Workshop

if TYPE_CHECKING:
    from phasegate.rollout.proving.delivery import Follower

REPOSITORY = Path(__file__).parents[2]

pytestmark = pytest.mark.timeout(900)


def own_files() -> dict[str, str]:
    """The marketplace and the plugin of this repository, as they are here."""
    command = ["git", "ls-files", "-z", "--", ".claude-plugin", "rforge", "CHANGELOG.md"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True).stdout.decode()
    paths = [path for path in listed.split("\0") if path and (REPOSITORY / path).is_file()]
    return {path: (REPOSITORY / path).read_text(encoding="utf-8") for path in paths}


@pytest.fixture
def deployed(tmp_path: Path) -> Workshop:
    workshop = Workshop(tmp_path / "own", {**own_files(), "noxfile.py": NOXFILE, "tasks.py": TASKS})
    workshop.release()
    return workshop


def test_the_client_loads_the_six_commands_and_the_server_from_every_channel(
    deployed: Workshop, follower: Callable[[Workshop, str], Follower]
) -> None:
    wanted = ", ".join(sorted(f"rforge:{command}" for command in (*COMMANDS, "feedback")))
    for channel in ("internal", "canary", "stable"):
        checks = follower(deployed, channel).check(deployed.observe())
        assert failures(checks) == ""
        assert checks[1].reason == f"loads with {wanted}"
        assert checks[2].reason == "starts its MCP servers: rforge (connected)"


def test_a_server_that_cannot_be_started_is_found(
    deployed: Workshop, follower: Callable[[Workshop, str], Follower]
) -> None:
    path = "rforge/.claude-plugin/plugin.json"
    manifest = json.loads(own_files()[path])
    manifest["mcpServers"]["rforge"]["command"] = "no-such-program"
    deployed.commit("fix: break it", {path: json.dumps(manifest)})
    deployed.release()
    checks = follower(deployed, "stable").check(deployed.observe())
    assert "does not start its MCP servers: rforge (failed" in failures(checks)
