"""One version string, one tree, for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.plugin.finding import Finding
from phasegate.plugin.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.plugin.rule import Subject


class VersionReuse(Rule):
    """No version that was released stands for other bytes"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Leave 0.0.0 in the source, or take a fresh version: clients that know the string serve the old bytes."""
        for plugin, manifest in subject.manifests():
            released = subject.released.get(plugin.version or "")
            if released is not None and released != subject.tree:
                message = f"version: {plugin.version} was released, and stands for tree {released[:12]}"
                yield Finding(manifest.path, manifest.line_of("version"), message)
