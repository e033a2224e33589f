"""marketplace.json: one broken entry, and every plugin of the marketplace stops loading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from phasegate.plugin.finding import Finding, Severity
from phasegate.plugin.known import (
    ENTRY_KEYS,
    NAME,
    REFUSED_BY_OLD_CLIENTS,
    SEMVER,
    SOURCE_KINDS,
    nearest,
)
from phasegate.plugin.rule import Rule
from phasegate.plugin.tree import paths_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.plugin.json_file import JsonFile
    from phasegate.plugin.manifest import Entry
    from phasegate.plugin.rule import Subject

_SHA = re.compile(r"[0-9a-f]{40}")


class MarketplaceHead(Rule):
    """The marketplace has a name and an owner"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Write both: clients refuse a marketplace without them."""
        if subject.catalogue.marketplace is None:
            return
        file = subject.catalogue.marketplace.file
        name, owner = file.data.get("name"), file.data.get("owner")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            yield Finding(file.path, file.line_of("name"), "name: must be lower-case words joined by '-'")
        if not isinstance(owner, dict) or not isinstance(owner.get("name"), str) or not owner["name"]:
            yield Finding(file.path, file.line_of("owner"), "owner.name: must be a non-empty text")


class MarketplaceKeys(Rule):
    """Entries have known keys only"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Remove the key: the oldest clients refuse the whole marketplace for it."""
        for file, entry in _entries(subject):
            for key in entry.data:
                if key not in ENTRY_KEYS or key in REFUSED_BY_OLD_CLIENTS:
                    message = f"unknown key{nearest(key, ENTRY_KEYS)}"
                    if key in REFUSED_BY_OLD_CLIENTS:
                        message = "refused by client 2.1.42, with the whole marketplace"
                    yield _at(file, entry, key, message)


class MarketplaceNames(Rule):
    """No two entries share a name"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Rename one: clients know a plugin by its name."""
        first: dict[object, int] = {}
        for file, entry in _entries(subject):
            name = entry.data.get("name")
            if isinstance(name, str) and first.setdefault(name, entry.index) != entry.index:
                yield _at(file, entry, "name", f"{name!r} is already plugins.{first[name]}")


class MarketplaceAgreement(Rule):
    """An entry says what its plugin says"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Write the same name and version in both, or no version in the entry; plugin.json's is the one that counts."""
        plugins = {plugin.folder: manifest for plugin, manifest in subject.manifests()}
        for file, entry in _entries(subject):
            if entry.folder is None:
                continue
            if not paths_below(subject.files, entry.folder):
                yield _at(file, entry, "source", f"folder {entry.folder!r} does not exist")
            manifest = plugins.get(entry.folder)
            for key in ("name", "version") if manifest else ():
                theirs, ours = entry.data.get(key), manifest.data.get(key) if manifest else None
                if key in entry.data and theirs != ours:
                    yield _at(file, entry, key, f"{theirs!r} here, {ours!r} in plugin.json")


class MarketplacePins(Rule):
    """A source in another repository is one that clients can fetch"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Pin by `sha`, 40 lower-case hexadecimal digits; change the version string with it, or clients stay."""
        for file, entry in _entries(subject):
            version = entry.data.get("version")
            if isinstance(version, str) and version and not SEMVER.fullmatch(version):
                yield _at(file, entry, "version", f"{version!r} is no semantic version")
            source = entry.data.get("source")
            if isinstance(source, dict):
                for message, severity in _wrong_source(source):
                    yield _at(file, entry, "source", message, severity)


def _wrong_source(source: dict[str, Any]) -> Iterator[tuple[str, Severity]]:
    kind = source.get("source")
    if not isinstance(kind, str) or kind not in SOURCE_KINDS:
        yield f"source: {kind!r} is none of {', '.join(SOURCE_KINDS)}", Severity.ERROR
        return
    for key in (SOURCE_KINDS[kind], "ref"):
        if (key != "ref" or key in source) and not (isinstance(source.get(key), str) and source[key]):
            yield f"{key}: must be a non-empty text", Severity.ERROR
    sha = source.get("sha")
    if "sha" in source and not (isinstance(sha, str) and _SHA.fullmatch(sha)):
        yield f"sha: {sha!r} is not 40 lower-case hexadecimal digits", Severity.ERROR
    elif "sha" in source and "ref" in source:
        yield "ref: has no effect beside sha", Severity.WARNING


def _entries(subject: Subject) -> Iterator[tuple[JsonFile, Entry]]:
    marketplace = subject.catalogue.marketplace
    if marketplace is not None:
        for entry in marketplace.entries:
            yield marketplace.file, entry


def _at(file: JsonFile, entry: Entry, key: str, message: str, severity: Severity = Severity.ERROR) -> Finding:
    line = file.line_of("plugins", entry.index, key)
    return Finding(file.path, line, f"plugins.{entry.index}.{key}: {message}", severity)
