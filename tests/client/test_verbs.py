"""The verbs with `--client` as whole processes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from verbs import invoke

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.rollout.proving.client import Client
    from workshop import Workshop


@pytest.mark.timeout(1800)
def test_two_users_go_along_with_the_whole_rehearsal(workshop: Workshop, client: Client) -> None:
    done = invoke(workshop.root, "rehearse", "--json", "--client", client.program)
    assert done.returncode == 0, done.stderr
    assert f"two users of Claude Code {client.version}" in done.stderr
    steps = json.loads(done.stdout)["steps"]
    counted = [step["reason"].rpartition("; ")[2] for step in steps]
    assert len(steps) == 31
    assert counted[1:3] == ["2 checks of what users received"] * 2
    assert counted[3:] == ["4 checks of what users received"] * 28


@pytest.mark.timeout(900)
def test_nothing_is_left_of_the_users(released: Workshop, client: Client, tmp_path: Path) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    done = invoke(released.root, "verify", "--client", client.program, TMPDIR=str(place), TEMP=str(place))
    assert done.returncode == 0, done.stderr
    assert list(place.iterdir()) == []
