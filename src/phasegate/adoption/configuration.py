"""The first configuration as text: what differs from the defaults, and the gates that there are. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.adoption.tags import DEFAULT
from phasegate.errors import ErrorCode, PhasegateError
from phasegate.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phasegate.adoption.layout import Layout
    from phasegate.adoption.tags import Scheme

_DEFAULT_CHANGELOG = "CHANGELOG.md"


@dataclass(frozen=True)
class Decisions:
    """What the first configuration says.

    Attributes:
        remote: the remote that releases go to, where it is not `origin`.
        layout: source and public branch.
        scheme: how tags are named.
        changelog: its path, or None.
        docs: whether there is a docs phase.
        gates: phase → its gates.
    """

    remote: str | None
    layout: Layout
    scheme: Scheme
    changelog: str | None
    docs: bool
    gates: Mapping[str, tuple[str, ...]]


def config_text(decisions: Decisions, prefix: str) -> str:
    """The configuration; `prefix` is what its tables' names begin with: `tool.phasegate`, or nothing."""
    head = [f"[{prefix}]"] if prefix else []
    blocks = ["\n".join([*head, *_top_level(decisions)])]
    for phase, gates in decisions.gates.items():
        listed = ", ".join(map(_quoted, gates))
        blocks.append(f"{_table(prefix, f'phases.{phase}')}\ngates = [{listed}]")
    return "\n\n".join(blocks) + "\n"


def _top_level(decisions: Decisions) -> list[str]:
    layout, scheme = decisions.layout, decisions.scheme
    lines = [f"remote = {_quoted(decisions.remote)}"] if decisions.remote is not None else []
    if layout.source is not None:
        lines.append(f"source = {_quoted(layout.source)} # phasegate reads it and never moves it")
    if layout.stable is not None:
        lines.append(f"channels = {{ stable = {_quoted(layout.stable)} }}")
    if layout.perhaps is not None:
        source, stable = layout.perhaps
        if source != layout.source:
            lines.append(f"# source = {_quoted(source)} # instead, if people work on {source}")
        lines.append(f"# channels = {{ stable = {_quoted(stable)} }} # if people install from {stable}")
    if scheme.format != DEFAULT:
        lines.append(f"tag_format = {_quoted(scheme.format)}")
    lines += [f"# tag_format = {_quoted(other)} # if releases are tagged so" for other in scheme.others]
    if decisions.changelog is None:
        lines.append(f"changelog = false # {_quoted(_DEFAULT_CHANGELOG)} if releases shall write one")
    elif decisions.changelog != _DEFAULT_CHANGELOG:
        lines.append(f"changelog = {_quoted(decisions.changelog)}")
    return lines if decisions.docs else [*lines, "docs_branch = false"]


def _table(prefix: str, name: str) -> str:
    return f"[{prefix}.{name}]" if prefix else f"[{name}]"


def _quoted(text: str) -> str:
    """`text` for TOML, which unlike JSON takes no half of a character and no delete as it is.

    Raises:
        PhasegateError: `config-invalid` for a name that is no UTF-8.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise PhasegateError(
            ErrorCode.CONFIG_INVALID,
            f"{printable(text)} cannot stand in a configuration.",
            why="It is no UTF-8, which TOML asks for.",
            hint="Rename it, then repeat the command; nothing was written.",
        ) from error
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
