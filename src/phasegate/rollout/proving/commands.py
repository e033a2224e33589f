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


def commands_of(files: Files, manifest: Mapping[str, Any]) -> frozenset[str] | None:
    """The commands of the plugin that `files` holds, without the plugin's name, such as `deep:hello`.

    They are in the folder `commands`, or else in the files and folders that the manifest names, or what it gives names
    to, each a file or a text. None where it has them in a form that is not known here.
    """
    given = manifest.get("commands", "commands")
    if isinstance(given, dict):
        return _named(files, given)
    listed = given if isinstance(given, list) else [given]
    if not all(isinstance(root, str) for root in listed):
        return None
    roots = [posixpath.normpath(root) for root in listed]
    return frozenset(
        _name(path, root)
        for root in roots
        for path in {root, *paths_below(files, root)}
        if path.endswith(_SUFFIX) and not _is_in_skill(files, path) and _is_for_users(files.read(path))
    )


def _named(files: Files, given: Mapping[str, object]) -> frozenset[str] | None:
    texts = {name: _text(files, how) for name, how in given.items()}
    if None in texts.values():
        return None
    return frozenset(name for name, text in texts.items() if _is_for_users(text))


def _text(files: Files, how: object) -> bytes | None:
    """The text of a command that has a name; None where there is none, as in a folder."""
    source, content = (how.get("source"), how.get("content")) if isinstance(how, dict) else (None, None)
    if isinstance(content, str):
        return content.encode("utf-8", "replace")
    return files.read(posixpath.normpath(source)) if isinstance(source, str) else None


def _name(path: str, root: str) -> str:
    inside = posixpath.basename(path) if path == root else posixpath.relpath(path, root)
    return inside[: -len(_SUFFIX)].replace("/", ":")


def _is_in_skill(files: Files, path: str) -> bool:
    """Whether it is in a folder that is one skill, not a folder of commands."""
    return posixpath.join(posixpath.dirname(path), "SKILL.md") in files.paths()


def _is_for_users(text: bytes | None) -> bool:
    if text is None:
        return False
    try:
        header = read_header(text.decode("utf-8", "replace"))
    except HeaderError:
        return True
    shown = header.values.get("user-invocable")
    return shown is None or shown.texts != ("false",)
