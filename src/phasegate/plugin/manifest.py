"""Which plugins a tree releases: read from the configuration, the marketplace, or the tree's root."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from phasegate.errors import ErrorCode, PhasegateError
from phasegate.plugin.finding import Finding
from phasegate.plugin.flags import flag_mistakes
from phasegate.plugin.json_file import JsonFile, read_object
from phasegate.plugin.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from phasegate.plugin.tree import Files

MARKETPLACE = ".claude-plugin/marketplace.json"
MANIFEST = ".claude-plugin/plugin.json"
FLAGS = "flags.json"


@dataclass(frozen=True)
class Plugin:
    """A plugin under release: `folder` is `.` where the repository itself is the plugin."""

    name: str
    folder: str
    version: str | None
    manifest_path: str

    @property
    def flags_path(self) -> str:
        """Where the plugin's feature flags stand, if it has any."""
        return join(self.folder, FLAGS)


@dataclass(frozen=True)
class Entry:
    """A plugin as the marketplace lists it; `folder` is None where the source is another repository."""

    index: int
    data: dict[str, Any]
    folder: str | None


@dataclass(frozen=True)
class Marketplace:
    """The marketplace's file and those of its entries that can be read."""

    file: JsonFile
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Catalogue:
    """All that is known of a tree's plugins, with every mistake that reading them met.

    Attributes:
        plugins: those whose manifest can be read.
        marketplace: None where there is none, or none that can be read.
        mistakes: what is wrong with manifests, marketplace and flag files.
        manifests: path → manifest, of `plugins`.
        flag_files: the flag files of `plugins`.
    """

    plugins: tuple[Plugin, ...]
    marketplace: Marketplace | None
    mistakes: tuple[Finding, ...] = ()
    manifests: Mapping[str, JsonFile] = field(default_factory=dict)
    flag_files: tuple[JsonFile, ...] = ()


def find_plugins(files: Files, folders: Sequence[str] = ()) -> tuple[Plugin, ...]:
    """The plugins in `folders`; without any, those of the marketplace; without one, the plugin at the root.

    A marketplace that lists other repositories only has no plugin here: the answer is empty.

    Raises:
        PhasegateError: `manifest-invalid`, with every mistake, where a manifest is missing or broken.
    """
    catalogue = read_catalogue(files, folders)
    refuse_mistakes(catalogue.mistakes)
    return catalogue.plugins


def read_catalogue(files: Files, folders: Sequence[str] = ()) -> Catalogue:
    """As `find_plugins`, but mistakes are part of the answer."""
    mistakes: list[Finding] = []
    marketplace = _read_marketplace(files, mistakes) if MARKETPLACE in files.paths() else None
    manifests: dict[str, JsonFile] = {}
    plugins, flag_files = [], []
    for folder in dict.fromkeys(folders or _listed_folders(files, marketplace)):
        path = join(folder, MANIFEST)
        manifest = read_object(files, path, mistakes)
        if manifest is not None:
            manifests[path] = manifest
            plugins.append(_read_plugin(folder, manifest, mistakes))
            flag_files += _read_flag_file(files, plugins[-1], mistakes)
    return Catalogue(tuple(plugins), marketplace, tuple(mistakes), manifests, tuple(flag_files))


def refuse_mistakes(mistakes: Iterable[Finding]) -> None:
    """Stop where there is a mistake.

    Raises:
        PhasegateError: `manifest-invalid`, with every mistake.
    """
    details = tuple(str(mistake) for mistake in mistakes)
    if details:
        raise PhasegateError(
            ErrorCode.MANIFEST_INVALID,
            f"The plugin's files have {len(details)} mistake{'s' if len(details) > 1 else ''}.",
            why="clients could not load what would be released",
            hint="Mend the files above, commit, and repeat the command; nothing was changed.",
            details=details,
        )


def _listed_folders(files: Files, marketplace: Marketplace | None) -> tuple[str, ...]:
    listed = tuple(e.folder for e in marketplace.entries if e.folder is not None) if marketplace else ()
    at_root = MANIFEST in files.paths() or MARKETPLACE not in files.paths()
    return listed or ((".",) if at_root else ())


def _read_plugin(folder: str, manifest: JsonFile, mistakes: list[Finding]) -> Plugin:
    name, version = manifest.data.get("name"), manifest.data.get("version")
    if not isinstance(name, str) or not name:
        mistakes.append(
            Finding(manifest.path, manifest.line_of("name"), "name: must be there, a non-empty text")
        )
    if "version" in manifest.data and not isinstance(version, str):
        mistakes.append(Finding(manifest.path, manifest.line_of("version"), "version: must be a text"))
    return Plugin(str(name), folder, version if isinstance(version, str) else None, manifest.path)


def _read_flag_file(files: Files, plugin: Plugin, mistakes: list[Finding]) -> list[JsonFile]:
    if plugin.flags_path not in files.paths():
        return []
    file = read_object(files, plugin.flags_path, mistakes)
    mistakes.extend(flag_mistakes(file) if file else ())
    return [file] if file else []


def _read_marketplace(files: Files, mistakes: list[Finding]) -> Marketplace | None:
    file = read_object(files, MARKETPLACE, mistakes)
    if file is None:
        return None
    listed = file.data.get("plugins")
    if not isinstance(listed, list):
        mistakes.append(Finding(MARKETPLACE, file.line_of("plugins"), "plugins: must be there, a list"))
        listed = []
    metadata = file.data.get("metadata")
    if isinstance(metadata, dict) and "pluginRoot" in metadata:
        sentence = "metadata.pluginRoot: write each source in full; not every client prepends the root"
        mistakes.append(Finding(MARKETPLACE, file.line_of("metadata", "pluginRoot"), sentence))
    entries = (_read_entry(file, index, data, mistakes) for index, data in enumerate(listed))
    return Marketplace(file, tuple(entry for entry in entries if entry is not None))


def _read_entry(file: JsonFile, index: int, data: object, mistakes: list[Finding]) -> Entry | None:
    key = f"plugins.{index}"
    if not isinstance(data, dict):
        mistakes.append(Finding(file.path, file.line_of("plugins", index), f"{key}: must be an object"))
        return None
    for name in ("name", "version"):
        if (name in data or name == "name") and not (isinstance(data.get(name), str) and data[name]):
            sentence = f"{key}.{name}: must be a non-empty text"
            mistakes.append(Finding(file.path, file.line_of("plugins", index, name), sentence))
    source = data.get("source")
    if isinstance(source, dict):
        return Entry(index, data, None)
    try:
        return Entry(index, data, _folder_of(source))
    except ValueError as error:
        sentence = f"{key}.source: {error}"
        mistakes.append(Finding(file.path, file.line_of("plugins", index, "source"), sentence))
        return None


def _folder_of(source: object) -> str:
    if not isinstance(source, str) or not source.startswith("./") or "\\" in source or "\0" in source:
        raise ValueError("must be an object, or a path that starts with './', with forward slashes")
    folder = posixpath.normpath(source)
    if folder == ".." or folder.startswith("../"):
        raise ValueError("the path leaves the repository")
    return folder
