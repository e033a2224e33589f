"""Events as lines of a terminal, coloured by how bad they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from phasegate.telemetry.logs.line import number
from phasegate.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

NEARLY = 0.8
"""From that share of the time budget on a run is nearly late."""

_LONGEST = 64
"""Characters of a member that are shown; the schema allows no longer word."""


class Tone(str, Enum):
    """How bad something is; the value is the colour that says so."""

    GOOD = "green"
    WARNING = "yellow"
    BAD = "red"
    FAINT = "dim"


@dataclass(frozen=True)
class Filter:
    """Which events are shown: of which plugins; and of its other values an empty one takes all."""

    plugins: Collection[str]
    command: str = ""
    mode: str = ""
    version: str = ""

    def takes(self, event: Mapping[str, Any]) -> bool:
        """Whether `event` is shown."""
        wanted = (("command", self.command), ("mode", self.mode), ("version", self.version))
        return event["plugin"] in self.plugins and all(not v or event.get(n) == v for n, v in wanted)


def budget_tone(duration_s: float, budget_s: float) -> Tone:
    """Red over the budget, yellow where it is nearly used up."""
    if duration_s > budget_s:
        return Tone.BAD
    return Tone.WARNING if duration_s > NEARLY * budget_s else Tone.GOOD


def run_line(event: Mapping[str, Any]) -> tuple[str, Tone]:
    """A run: when, what, how it ended, how long it took of how much; `?` stands for what it does not tell."""
    duration_s, budget_s, outcome = (
        number(event.get("duration_s")),
        number(event.get("budget_s")),
        _word(event, "outcome"),
    )
    tone = (
        Tone.BAD
        if outcome == "failed"
        else Tone.FAINT
        if duration_s is None or budget_s is None or outcome in ("refused", "cancelled")
        else budget_tone(duration_s, budget_s)
    )
    taken = "?" if duration_s is None else f"{duration_s:.2f}"
    given = "?" if budget_s is None else f"{budget_s:g}"
    widths = {"command": 10, "mode": 8, "format": 8, "version": 10}
    names = " ".join(f"{_word(event, name):<{width}}" for name, width in widths.items())
    what = f"{names} {outcome:<9}"
    probe = " (probe)" if event.get("probe") is True else ""
    return printable(f"{_clock(event)} {what} {taken:>7} s of {given} s{probe}"), tone


def error_line(event: Mapping[str, Any]) -> tuple[str, Tone]:
    """An error: when, how bad, what kind, in which command."""
    severity = _word(event, "severity")
    tone = {"critical": Tone.BAD, "high": Tone.BAD, "medium": Tone.WARNING}.get(severity, Tone.FAINT)
    kind = f"{_word(event, 'category')}{' (' + _word(event, 'type') + ')' if event.get('type') else ''}"
    where = f"in {_word(event, 'command')} " if event.get("command") else ""
    mode = f"--mode {_word(event, 'mode')} " if event.get("mode") else ""
    return printable(f"{_clock(event)} {severity:<8} {kind} {where}{mode}of {_word(event, 'version')}"), tone


def _word(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    return value[:_LONGEST] if isinstance(value, str) else "?"


def _clock(event: Mapping[str, Any]) -> str:
    return str(event["timestamp"])[11:19]
