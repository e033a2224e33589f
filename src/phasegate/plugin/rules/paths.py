"""Paths of one machine in files for all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phasegate.plugin.finding import Finding
from phasegate.plugin.rule import Rule
from phasegate.plugin.tree import join, paths_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.plugin.rule import Subject

_SNIFFED_BYTES = 8000
_HOME = re.compile(
    rb"(?<![\w.~$}-])/(?:Users|home)/[\w.-]+"  # not the tail of another path, nor of a variable
    rb"|(?<!\w)[A-Za-z]:(?:\\{1,2}|/)(?i:users)(?:\\{1,2}|/)[\w.-]+"
)
_STARTS_PROGRAMS = re.compile(r"\.claude-plugin/plugin\.json|\.mcp\.json|\.lsp\.json|hooks/[^/]*\.json")
_ROOT_PATH = re.compile(rb"\$\{CLAUDE_PLUGIN_ROOT\}/([\w.-][\w./-]*)")


class HardCodedPaths(Rule):
    """No file names somebody's home folder"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Write ${CLAUDE_PLUGIN_ROOT} or a path relative to it: on a user's machine the other one does not exist."""
        for path in subject.delivered_paths():
            content = subject.files.read(path) or b""
            if b"\0" in content[:_SNIFFED_BYTES]:
                continue
            for match in _HOME.finditer(content):
                yield Finding(path, _line_of(match), f"hard-coded path {match[0].decode()}")


class PluginRootPaths(Rule):
    """What the plugin starts from its own folder is there"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Mend the path behind ${CLAUDE_PLUGIN_ROOT}: clients report a server or hook that is missing only when they start it."""
        for plugin, path in subject.delivered():
            inside = path if plugin.folder == "." else path[len(plugin.folder) + 1 :]
            if not _STARTS_PROGRAMS.fullmatch(inside):
                continue
            content = subject.files.read(path) or b""
            for match in _ROOT_PATH.finditer(content):
                target = join(plugin.folder, match[1].decode())
                if target not in subject.files.paths() and not paths_below(subject.files, target):
                    yield Finding(path, _line_of(match), f"{match[0].decode()} does not exist")


def _line_of(match: re.Match[bytes]) -> int:
    return match.string.count(b"\n", 0, match.start()) + 1
