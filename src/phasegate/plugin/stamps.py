"""The fields that a release stamps: versions, feature flags, the changelog. Everything else is content.

Two trees have equal content when `neutralise` gives equal trees: then they differ in stamped fields only, and what was
found out about one holds for the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.plugin.finding import Finding
from phasegate.plugin.manifest import MARKETPLACE, Catalogue, read_catalogue, refuse_mistakes
from phasegate.plugin.tree import SUBMODULE, SYMLINK, paths_below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from phasegate.plugin.json_file import JsonFile
    from phasegate.plugin.json_span import KeyPath
    from phasegate.plugin.manifest import Plugin
    from phasegate.plugin.tree import Files

NEUTRAL_VERSION = "0.0.0"
"""What stands in a tree that is no release."""


def stamp_version(files: Files, plugins: Sequence[Plugin], version: str) -> dict[str, bytes]:
    """New contents of every file that names the version of one of `plugins`.

    A manifest without a version gets one; a marketplace entry keeps what it has: a version or none.

    Raises:
        PhasegateError: `manifest-invalid`, with every mistake.
    """
    return _with_version(_sound_catalogue(files, plugins), version)


def stamp_flags_off(files: Files, plugins: Sequence[Plugin]) -> dict[str, bytes]:
    """New contents of the flag files of `plugins` with every flag off; empty where all are off already.

    Raises:
        PhasegateError: `manifest-invalid`, where a file is broken or none of `plugins` has a flag.
    """
    flag_files = _sound_catalogue(files, plugins).flag_files
    if not any(file.data["flags"] for file in flag_files):
        raise PhasegateError(
            ErrorCode.MANIFEST_INVALID,
            "There is no feature flag to turn off.",
            why=f"none of these files names a flag: {', '.join(p.flags_path for p in plugins) or 'no plugin'}",
            hint="Take the release back with --quick or --full instead.",
        )
    return _with_flags(flag_files, enabled=False)


def neutralise(
    files: Files, plugins: Sequence[Plugin], changelog_path: str | None
) -> dict[str, bytes | None]:
    """What stands in the stamped files of a tree's content: version 0.0.0, flags on, no changelog (None: removed).

    Raises:
        PhasegateError: `manifest-invalid`, with every mistake.
    """
    catalogue = _sound_catalogue(files, plugins)
    contents: dict[str, bytes | None] = {
        **_with_version(catalogue, NEUTRAL_VERSION),
        **_with_flags(catalogue.flag_files, enabled=True),
    }
    if changelog_path in files.paths():
        contents[str(changelog_path)] = None
    return contents


def changelog_mistakes(files: Files, path: str | None) -> Iterator[Finding]:
    """Why the changelog at `path` could not be written without harm to something else."""
    if path is None:
        return
    if path in files.paths() and files.mode(path) in (SYMLINK, SUBMODULE):
        yield Finding(path, None, "the changelog must be a file of its own, no link and no submodule")
    if paths_below(files, path):
        yield Finding(path, None, "the changelog must be a file, and is a folder")
    above = [path[:end] for end, letter in enumerate(path) if letter == "/"]
    for folder in set(above).intersection(files.paths()):
        yield Finding(folder, None, f"the changelog is to be {path}, and this is no folder")


def _sound_catalogue(files: Files, plugins: Sequence[Plugin]) -> Catalogue:
    if not plugins:
        return Catalogue((), None)
    catalogue = read_catalogue(files, tuple(plugin.folder for plugin in plugins))
    refuse_mistakes(catalogue.mistakes)
    return catalogue


def _with_version(catalogue: Catalogue, version: str) -> dict[str, bytes]:
    contents = {
        path: manifest.with_values({("version",): version}) for path, manifest in catalogue.manifests.items()
    }
    if catalogue.marketplace is not None:
        folders = {plugin.folder for plugin in catalogue.plugins}
        places: list[KeyPath] = [
            ("plugins", entry.index, "version")
            for entry in catalogue.marketplace.entries
            if entry.folder in folders and "version" in entry.data
        ]
        if places:
            contents[MARKETPLACE] = catalogue.marketplace.file.with_values(dict.fromkeys(places, version))
    return contents


def _with_flags(flag_files: Iterable[JsonFile], *, enabled: bool) -> dict[str, bytes]:
    changed = {}
    for file in flag_files:
        flags = file.data["flags"]
        values: dict[KeyPath, object] = {
            ("flags", name, "enabled"): enabled
            for name, flag in flags.items()
            if flag["enabled"] is not enabled
        }
        if values:
            changed[file.path] = file.with_values(values)
    return changed
