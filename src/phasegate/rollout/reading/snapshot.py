"""The stamped files of a tree, read once, so that planning is pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.git.objects import write_tree
from phasegate.plugin.manifest import FLAGS, MANIFEST, MARKETPLACE, Plugin, find_plugins, refuse_mistakes
from phasegate.plugin.stamps import changelog_mistakes, neutralise, stamp_flags_off, stamp_version
from phasegate.plugin.tree import MemoryFiles, TreeFiles
from phasegate.strict_json import read_json
from phasegate.version.semver import Version

if TYPE_CHECKING:
    from phasegate.config import Config
    from phasegate.git.door import Git


_STAMPED = (MARKETPLACE, MANIFEST, FLAGS)


@dataclass(frozen=True)
class Snapshot:
    """What a tree says about itself: its plugins, and the files that a release stamps."""

    tree: str
    files: MemoryFiles
    plugins: tuple[Plugin, ...]
    changelog_path: str | None

    @property
    def version(self) -> Version | None:
        """The highest version that its plugins name."""
        versions = (Version.parse_or_none(plugin.version or "") for plugin in self.plugins)
        return max((version for version in versions if version), default=None)

    @property
    def changelog(self) -> str | None:
        """The changelog's text, or None where there is none."""
        content = self.files.read(self.changelog_path) if self.changelog_path else None
        return content.decode("utf-8", "surrogateescape") if content is not None else None

    @property
    def flags(self) -> dict[str, bool]:
        """Feature flag → enabled, over all plugins; a flag of one of several plugins is `plugin:flag`."""
        flags = {}
        for plugin in self.plugins:
            prefix = f"{plugin.name}:" if len(self.plugins) > 1 else ""
            listed = read_json(self.files.read(plugin.flags_path) or b"{}").get("flags", {})
            flags.update({f"{prefix}{name}": flag["enabled"] for name, flag in listed.items()})
        return flags

    @property
    def pinned_refs(self) -> frozenset[str]:
        """The refs that entries of its marketplace pin."""
        listed = read_json(self.files.read(MARKETPLACE) or b"{}").get("plugins", [])
        sources = (entry.get("source") for entry in listed)
        return frozenset(s["ref"] for s in sources if isinstance(s, dict) and isinstance(s.get("ref"), str))

    def stamped(self, version: Version, changelog: str | None = None) -> dict[str, bytes]:
        """The new contents of its stamped files as release `version`."""
        contents = stamp_version(self.files, self.plugins, str(version))
        if self.changelog_path is not None and changelog is not None:
            contents[self.changelog_path] = changelog.encode("utf-8", "surrogateescape")
        return contents

    def flags_off(self) -> dict[str, bytes]:
        """The new contents of its flag files with every flag off."""
        return stamp_flags_off(self.files, self.plugins)


def read_snapshot(git: Git, tree: str, config: Config) -> Snapshot:
    """The snapshot of git tree `tree`.

    Raises:
        PhasegateError: `manifest-invalid`, with every mistake; a changelog that is no file is one too.
    """
    files = TreeFiles(git, tree)
    files.read_many(
        path for path in files.paths() if path.endswith(_STAMPED)
    )  # in one process, for what follows
    plugins = find_plugins(files, config.plugins)
    refuse_mistakes(changelog_mistakes(files, config.changelog))
    paths = [MARKETPLACE, *(p.manifest_path for p in plugins), *(p.flags_path for p in plugins)]
    if config.changelog is not None:
        paths.append(config.changelog)
    contents = files.read_many(paths)
    modes = {path: files.mode(path) for path in contents}
    return Snapshot(tree, MemoryFiles(contents, modes), plugins, config.changelog)


def content_of(git: Git, snapshot: Snapshot) -> str:
    """The id of the snapshot's tree with all stamped fields neutral."""
    neutral = neutralise(snapshot.files, snapshot.plugins, snapshot.changelog_path)
    return write_tree(git, snapshot.tree, neutral)
