"""What git says of a file besides its bytes: executable, link, submodule."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from phasegate.plugin.finding import Finding
from phasegate.plugin.rule import Rule
from phasegate.plugin.tree import EXECUTABLE, REGULAR, SUBMODULE, SYMLINK, paths_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.plugin.rule import Subject

_NEVER_RUN = (".md", ".json")


class ExecutableBits(Rule):
    """Scripts can be run, documents cannot"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Run `git update-index --chmod=+x PATH` (or `--chmod=-x`), and commit."""
        for path in subject.delivered_paths():
            mode = subject.files.mode(path)
            if mode == EXECUTABLE and path.endswith(_NEVER_RUN):
                yield Finding(path, None, "is executable, and must not be")
            if mode == REGULAR and (subject.files.read(path) or b"").startswith(b"#!"):
                yield Finding(path, 1, "starts with '#!' and is not executable")


class Links(Rule):
    """Symbolic links stay inside the plugin"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Put a copy in its place: clients receive the plugin's folder and nothing beside it."""
        for plugin, path in subject.delivered():
            if subject.files.mode(path) != SYMLINK:
                continue
            target = (subject.files.read(path) or b"").decode("utf-8", "surrogateescape")
            end = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            if end.startswith(("/", "..")) or (
                plugin.folder != "." and not f"{end}/".startswith(f"{plugin.folder}/")
            ):
                yield Finding(path, None, f"the link leaves the plugin: {target!r}")
            elif end not in subject.files.paths() and not paths_below(subject.files, end):
                yield Finding(path, None, f"the link leads nowhere: {target!r}")
            elif end == (posixpath.dirname(path) or "."):
                sentence = f"clients cannot install a link to the folder it lies in: {target!r}"
                yield Finding(path, None, sentence)


class Submodules(Rule):
    """No submodule inside a plugin"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Put the files themselves in its place: no gate sees its bytes, and where it cannot be cloned nothing installs."""
        for _, path in subject.delivered():
            if subject.files.mode(path) == SUBMODULE:
                yield Finding(path, None, "is a submodule")
