"""Command files: the header that clients read, and the text that the model reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phasegate.plugin.finding import Finding
from phasegate.plugin.header import Header, HeaderError, Kind, read_header
from phasegate.plugin.known import COMMAND_KEYS, nearest
from phasegate.plugin.rule import Rule
from phasegate.plugin.tree import join, paths_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.plugin.rule import Subject

_TOOL = r"[A-Za-z_][\w*.-]*(?:\((?:[^()]|\([^()]*\))*\))?"
_TOOLS = re.compile(rf"{_TOOL}(?:(?:\s*,\s*|\s+){_TOOL})*")
_TRUTHS = ("disable-model-invocation", "user-invocable")


class CommandHeaders(Rule):
    """Every command has a header that clients read"""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Mend the header: clients skip what they cannot read, without a word, and `/help` shows the description."""
        for path in _command_paths(subject):
            content = subject.files.read(path) or b""
            try:
                header = read_header(content.decode("utf-8"))
            except UnicodeDecodeError:
                yield Finding(path, None, "must be UTF-8")
            except HeaderError as error:
                yield Finding(path, error.line, str(error))
            else:
                yield from (Finding(path, line, message) for line, message in _mistakes(header))


def _command_paths(subject: Subject) -> Iterator[str]:
    for plugin, manifest in subject.manifests():
        given = manifest.data.get("commands")
        listed = [g for g in (given if isinstance(given, list) else [given]) if isinstance(g, str)]
        folders = [join(plugin.folder, name) for name in ("commands", *listed)]
        paths = {path for folder in folders for path in (folder, *paths_below(subject.files, folder))}
        yield from sorted(p for p in paths if p.endswith(".md") and p in subject.files.paths())


def _mistakes(header: Header) -> Iterator[tuple[int, str]]:
    for key, value in header.values.items():
        if key not in COMMAND_KEYS:
            yield value.line, f"{key}: unknown key{nearest(key, COMMAND_KEYS)}"
    description = header.values.get("description")
    if description is None or description.kind is not Kind.TEXT or not description.texts[0].strip():
        yield description.line if description else 1, "description: must be there, a non-empty text"
    yield from _wrong_kinds(header)
    if not header.body.strip():
        yield 1, "the command has no text below its header"


def _wrong_kinds(header: Header) -> Iterator[tuple[int, str]]:
    for key, value in header.values.items():
        if key in ("argument-hint", "model") and value.kind is not Kind.TEXT:
            yield value.line, f"{key}: must be a text; put quotes around it"
        if key in _TRUTHS and value.kind is not Kind.TRUTH:
            yield value.line, f"{key}: must be true or false"
        if key in ("allowed-tools", "disallowed-tools"):
            if value.kind not in (Kind.TEXT, Kind.TEXTS):
                yield value.line, f"{key}: must be a text or a list of texts"
            for text in value.texts:
                if not _TOOLS.fullmatch(text.strip()):
                    yield value.line, f"{key}: {text!r} is not of the form Tool, Tool(pattern)"
