"""The slash commands that a plugin gives its users, by the rules of the client (measured on 2.1.197 and 2.1.330)."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from phasegate.plugin.header import HeaderError, read_header
from phasegate.plugin.tree import paths_below

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.plugin.tree import Files

_SUFFIX = ".md"


def commands_of(files: Files, manifest: Mapping[str, Any]) -> frozenset[str]:
    """The commands of the plugin that `files` holds, without the plugin's name, such as `deep:hello`.

    They are in the folder `commands`, or else in the files and folders that the manifest names.
    """
    given = manifest.get("commands", "commands")
    listed = given if isinstance(given, list) else [given]
    roots = [posixpath.normpath(root) for root in listed if isinstance(root, str)]
    return frozenset(
        _name(path, root)
        for root in roots
        for path in {root, *paths_below(files, root)}
        if path.endswith(_SUFFIX) and _is_for_users(files, path)
    )


def _name(path: str, root: str) -> str:
    inside = posixpath.basename(path) if path == root else posixpath.relpath(path, root)
    return inside[: -len(_SUFFIX)].replace("/", ":")


def _is_for_users(files: Files, path: str) -> bool:
    content = files.read(path)
    if content is None or posixpath.join(posixpath.dirname(path), "SKILL.md") in files.paths():
        return False  # a folder with such a file is one skill, not a folder of commands
    try:
        header = read_header(content.decode("utf-8", "replace"))
    except HeaderError:
        return True
    shown = header.values.get("user-invocable")
    return shown is None or shown.texts != ("false",)
