"""A probe: every tool of a plugin's servers is called once, and the documentation compared with what is served."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.telemetry.probing.server import Server, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from phasegate.telemetry.probing.server import ServerCommand, Tool

SILENCE_S = 30.0
_TOOL = re.compile(r"\bmcp__[A-Za-z0-9_-]+__([A-Za-z0-9_-]+)")
_START = "start"


@dataclass(frozen=True)
class Probed:
    """One thing that was asked for: the tool (or the start of a server), whether it gave it, how long it took, and why not."""

    subject: str
    is_good: bool
    duration_s: float
    reason: str = ""


@dataclass(frozen=True)
class Probe:
    """What a probe found.

    Attributes:
        probed: what was asked for.
        documented: how many tools the plugin's commands say that they call.
        accurate: how many of these are served.
    """

    probed: tuple[Probed, ...]
    documented: int
    accurate: int


def probe(
    commands: Sequence[ServerCommand],
    documents: Sequence[str],
    arguments: Mapping[str, str],
    environment: Mapping[str, str],
    folder: Path,
    silence_s: float = SILENCE_S,
) -> Probe:
    """Start every server, call each tool that needs no more than `arguments` give, and compare with the commands' texts.

    Args:
        commands: how the servers are started.
        documents: the texts of the plugin's commands.
        arguments: what tools are given of what they take.
        environment: what the servers see.
        folder: where they work.
        silence_s: how long an answer may take, in seconds.
    """
    probed: list[Probed] = []
    served: set[str] = set()
    for command in commands:
        probed += _probe_server(command, arguments, environment, folder, silence_s, served)
    documented = {name for text in documents for name in _TOOL.findall(text)}
    return Probe(tuple(probed), len(documented), len(documented & served))


def _probe_server(
    command: ServerCommand,
    arguments: Mapping[str, str],
    environment: Mapping[str, str],
    folder: Path,
    silence_s: float,
    served: set[str],
) -> Iterator[Probed]:
    began_s = time.monotonic()
    try:
        with Server(command, environment, folder, silence_s) as server:
            server.greet()
            tools = server.tools()
            served.update(tool.name for tool in tools)
            yield Probed(f"{command.name} {_START}", is_good=True, duration_s=time.monotonic() - began_s)
            yield from (_call(server, tool, arguments) for tool in tools if tool.required <= set(arguments))
    except ServerError as error:
        yield _failed(f"{command.name} {_START}", began_s, error)


def _call(server: Server, tool: Tool, arguments: Mapping[str, str]) -> Probed:
    given = {name: value for name, value in arguments.items() if name in tool.properties}
    began_s = time.monotonic()
    try:
        is_good = server.call(tool.name, given)
        return Probed(
            tool.name, is_good, time.monotonic() - began_s, "" if is_good else "it answers with an error"
        )
    except ServerError as error:
        return _failed(tool.name, began_s, error)


def _failed(subject: str, began_s: float, error: ServerError) -> Probed:
    return Probed(subject, is_good=False, duration_s=time.monotonic() - began_s, reason=str(error))
