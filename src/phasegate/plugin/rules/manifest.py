"""plugin.json: keys and values that every client takes."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from phasegate.plugin.finding import Finding, Severity
from phasegate.plugin.known import (
    COMPONENT_KEYS,
    MANIFEST_KEYS,
    NAME,
    REFUSED_BY_OLD_CLIENTS,
    SEMVER,
    nearest,
)
from phasegate.plugin.rule import Rule
from phasegate.plugin.tree import join, paths_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.plugin.rule import Subject
    from phasegate.plugin.tree import Files

_FLAG_LIKE = re.compile(r"flag|feature|experiment", re.IGNORECASE)
_TEXTS = ("displayName", "description", "homepage", "repository", "license")


class ManifestKeys(Rule):
    """plugin.json has known keys only"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Remove the key: the oldest clients refuse a plugin with a key that they do not know. Flags belong in flags.json."""
        for _, manifest in subject.manifests():
            for key in manifest.data:
                line = manifest.line_of(key)
                if key in REFUSED_BY_OLD_CLIENTS:
                    message = f"{key}: known to clients of today, and refused by 2.1.42"
                    yield Finding(manifest.path, line, message, Severity.WARNING)
                elif key not in MANIFEST_KEYS:
                    flag = "; a flag belongs in flags.json" if _FLAG_LIKE.search(key) else ""
                    message = f"{key}: unknown key{flag or nearest(key, MANIFEST_KEYS)}"
                    yield Finding(manifest.path, line, message)


class ManifestValues(Rule):
    """plugin.json says who the plugin is"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Write each value in the form that clients read; a version that is no version passes their own validator."""
        for _, manifest in subject.manifests():
            for key, message in _wrong_values(manifest.data):
                yield Finding(manifest.path, manifest.line_of(key), f"{key}: {message}")


class ManifestPaths(Rule):
    """The paths in plugin.json lead somewhere"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Name a file or folder inside the plugin, from './' on."""
        for plugin, manifest in subject.manifests():
            for key in COMPONENT_KEYS:
                for given in _paths(manifest.data.get(key)):
                    message = _wrong_path(subject.files, plugin.folder, given)
                    if message:
                        yield Finding(manifest.path, manifest.line_of(key), f"{key}: {given!r} {message}")


def _wrong_values(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    name, version, author = data.get("name"), data.get("version"), data.get("author")
    if isinstance(name, str) and name and not NAME.fullmatch(name):
        yield "name", "must be lower-case words joined by '-'"
    if isinstance(version, str) and not SEMVER.fullmatch(version):
        yield "version", f"{version!r} is no semantic version such as 1.2.3 or 1.2.3-rc.1"
    if not data.get("description"):
        yield "description", "must be there, a non-empty text"
    for key in _TEXTS:
        if data.get(key) and not isinstance(data[key], str):
            yield key, "must be a text"
    if "author" in data and not (isinstance(author, dict) and isinstance(author.get("name"), str)):
        yield "author", "must be an object with a name"
    keywords = data.get("keywords", [])
    if not isinstance(keywords, list) or not all(isinstance(word, str) for word in keywords):
        yield "keywords", "must be a list of texts"


def _paths(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


def _wrong_path(files: Files, folder: str, given: str) -> str:
    if not given.startswith("./") or "\\" in given:
        return "must start with './', with forward slashes"
    inside = posixpath.normpath(given)
    if inside.startswith(".."):
        return "leaves the plugin"
    path = join(folder, inside)
    return "" if path in files.paths() or paths_below(files, path) else "does not exist"
