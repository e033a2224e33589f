"""A user on #canary and one on #stable receive, byte for byte, whatever phasegate publishes there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from client.people import failures, installed_folder, tree_in, tree_in_ledger
from phasegate.rollout.proving.delivery import Follower
from workshop import PHASES, Workshop

if TYPE_CHECKING:
    from pathlib import Path

    from phasegate.rollout.proving.client import Client

pytestmark = pytest.mark.timeout(900)

FOLLOWED = ("canary", "stable")


class People:
    """One user on each followed channel; each comes as soon as there is something to install."""

    def __init__(self, workshop: Workshop, client: Client, folder: Path) -> None:
        self.workshop, self.folder = workshop, folder
        self.users = {c: Follower(workshop.desk, client, c, folder / c) for c in FOLLOWED}

    def receive(self) -> dict[str, str]:
        """Let each update; channel → the version they have, of which bytes and loading were proved."""
        world = self.workshop.observe()
        versions = {}
        for channel in (c for c in FOLLOWED if c in world.state.channels):
            checks = self.users[channel].check(world)
            assert failures(checks) == ""
            assert len(checks) == 2
            folder = self.installed(channel)
            assert tree_in(folder, self.folder) == tree_in_ledger(self.workshop, channel)
            manifest = json.loads((folder / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))
            versions[channel] = manifest["version"]
        return versions

    def installed(self, channel: str) -> Path:
        return installed_folder(self.folder / channel)

    def flag(self, channel: str) -> bool:
        flags = json.loads((self.installed(channel) / "flags.json").read_text(encoding="utf-8"))
        return bool(flags["flags"]["fast"]["enabled"])


def test_a_first_rollout_reaches_each_user_in_its_phase(
    workshop: Workshop, client: Client, tmp_path: Path
) -> None:
    people = People(workshop, client, tmp_path)
    received = []
    for phase in PHASES:
        workshop.release(phase)
        received.append(people.receive())
    candidate = {"canary": "1.0.0-rc.1"}
    assert received == [{}, candidate, candidate, {**candidate, "stable": "1.0.0"}]


@pytest.mark.parametrize(
    ("kind", "canary", "stable"),
    [
        ("quick", "1.1.1", "1.1.1"),
        ("full", "1.1.1", "1.1.1"),
        ("flag", "1.1.1", "1.1.1"),
        ("docs", "1.1.0-rc.1", "1.1.0"),
    ],
)
def test_a_release_and_its_rollback_reach_both_users(
    released: Workshop, client: Client, tmp_path: Path, kind: str, canary: str, stable: str
) -> None:
    people = People(released, client, tmp_path)
    assert people.receive() == {"canary": "1.0.0-rc.1", "stable": "1.0.0"}
    released.release()
    assert people.receive() == {"canary": "1.1.0-rc.1", "stable": "1.1.0"}
    assert all((people.installed(channel) / "broken.py").is_file() for channel in FOLLOWED)
    released.rollback(kind)
    assert people.receive() == {"canary": canary, "stable": stable}
    restored = kind in ("quick", "full")
    assert [(people.installed(c) / "broken.py").exists() for c in FOLLOWED] == [not restored] * 2
    assert [people.flag(c) for c in FOLLOWED] == [kind != "flag"] * 2


def test_a_quick_rollback_before_public_reaches_the_canary_user_and_leaves_the_other_alone(
    released: Workshop, client: Client, tmp_path: Path
) -> None:
    people = People(released, client, tmp_path)
    released.release("internal", "canary")
    assert people.receive() == {"canary": "1.1.0-rc.1", "stable": "1.0.0"}
    released.rollback("quick")
    assert people.receive() == {"canary": "1.1.0-rc.2", "stable": "1.0.0"}
    assert not (people.installed("canary") / "broken.py").exists()
    released.commit("fix: mend it", {"demo/broken.py": "mended\n"})
    released.release()
    assert people.receive() == {"canary": "1.1.0-rc.3", "stable": "1.1.0"}
