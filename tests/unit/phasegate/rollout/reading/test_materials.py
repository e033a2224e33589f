"""What is used already."""

from __future__ import annotations

from dataclasses import replace

from phasegate.config import Config
from phasegate.git.remote import RemoteRef
from phasegate.rollout.reading.materials import Materials, used_versions
from phasegate.version.semver import Version
from unit.phasegate.rollout.states import release, state, world


def test_versions_are_used_by_the_ledger_by_channels_and_by_tags_of_our_format_alone() -> None:
    tags = {f"refs/tags/{tag}": RemoteRef("c", "c") for tag in ("v1.1.0", "v1.2.0-rc.1", "w1.3.0", "v2")}
    now = replace(world(state(release("1.0.0"))), refs=tags)
    found = used_versions(now, Materials(foreign={"stable": release("0.9.0")}), Config())
    assert found == set(map(Version.parse, ("1.0.0", "1.1.0", "1.2.0-rc.1", "0.9.0")))
