"""Events as lines of a terminal, coloured by how bad they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from phasegate.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

NEARLY = 0.8
"""From that share of the time budget on a run is nearly late."""


class Tone(str, Enum):
    """How bad something is; the value is the colour that says so."""

    GOOD = "green"
    WARNING = "yellow"
    BAD = "red"
    FAINT = "dim"


@dataclass(frozen=True)
class Filter:
    """Which events are shown; an empty one of its values takes all."""

    command: str = ""
    mode: str = ""
    version: str = ""

    def takes(self, event: Mapping[str, Any]) -> bool:
        """Whether `event` is shown."""
        wanted = (("command", self.command), ("mode", self.mode), ("version", self.version))
        return all(not value or event.get(name) == value for name, value in wanted)


def budget_tone(duration_s: float, budget_s: float) -> Tone:
    """Red over the budget, yellow where it is nearly used up."""
    if duration_s > budget_s:
        return Tone.BAD
    return Tone.WARNING if duration_s > NEARLY * budget_s else Tone.GOOD


def run_line(event: Mapping[str, Any]) -> tuple[str, Tone]:
    """A run: when, what, how it ended, how long it took of how much."""
    duration_s, budget_s, outcome = (
        float(event["duration_s"]),
        float(event["budget_s"]),
        str(event["outcome"]),
    )
    tone = Tone.BAD if outcome == "failed" else budget_tone(duration_s, budget_s)
    tone = Tone.FAINT if outcome in ("refused", "cancelled") else tone
    probe = " (probe)" if event.get("probe") else ""
    what = (
        f"{event['command']:<8} {event['mode']:<8} {event['format']:<8} {event['version']:<14} {outcome:<9}"
    )
    return printable(f"{_clock(event)} {what} {duration_s:7.2f} s of {budget_s:g} s{probe}"), tone


def error_line(event: Mapping[str, Any]) -> tuple[str, Tone]:
    """An error: when, how bad, what kind, in which command."""
    severity = str(event["severity"])
    tone = {"critical": Tone.BAD, "high": Tone.BAD, "medium": Tone.WARNING}.get(severity, Tone.FAINT)
    kind = f"{event['category']}{' (' + str(event['type']) + ')' if event.get('type') else ''}"
    where = f"in {event['command']} " if event.get("command") else ""
    mode = f"--mode {event['mode']} " if event.get("mode") else ""
    return printable(f"{_clock(event)} {severity:<8} {kind} {where}{mode}of {event['version']}"), tone


def _clock(event: Mapping[str, Any]) -> str:
    return str(event["timestamp"])[11:19]
