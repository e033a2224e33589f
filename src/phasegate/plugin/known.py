"""What clients know: the keys of manifests, entries, sources and command headers.

Source: Claude Code's public plugin reference (August 2026), and installs by the clients 2.1.42 to 2.1.330. The oldest
refuse a plugin with a key that they do not know.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

COMPONENT_KEYS = ("skills", "commands", "agents", "hooks", "mcpServers", "lspServers", "outputStyles")
MANIFEST_KEYS = (
    *("name", "displayName", "version", "description", "author", "homepage", "repository", "license"),
    *("keywords", "metadata", "defaultEnabled"),
    *COMPONENT_KEYS,
    *("userConfig", "channels", "dependencies", "experimental"),
)
ENTRY_KEYS = (*MANIFEST_KEYS, "source", "category", "tags", "strict")
REFUSED_BY_OLD_CLIENTS = ("metadata",)
"""Known today, and refused by 2.1.42."""

SOURCE_KINDS = {"github": "repo", "url": "url", "git-subdir": "url", "npm": "package", "archive": "url"}
"""Kind of a source in another repository → the key that it needs."""

COMMAND_KEYS = (
    *("description", "argument-hint", "arguments", "allowed-tools", "disallowed-tools", "model", "effort"),
    *("context", "agent", "hooks", "disable-model-invocation", "user-invocable", "when_to_use", "shell"),
    *("metadata", "license", "compatibility"),
)

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SEMVER = re.compile(
    r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)"
    r"(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?",
    re.ASCII,
)
"""The expression that semver.org recommends, without its groups."""


def nearest(key: str, known: Collection[str]) -> str:
    """A question that names the known key nearest to `key`; empty where none is near."""
    near = get_close_matches(key, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
