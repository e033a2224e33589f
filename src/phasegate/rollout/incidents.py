"""An incident as a report that people complete: what is known of it, in the order of the flow. Pure.

The flow: detect, assess, respond, resolve, document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phasegate.ledger.times import iso, seconds
from phasegate.markdown import as_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from phasegate.ledger.operation import Operation

RESPONSES = {
    "critical": "invoke rollback --quick --reason REASON",
    "high": "invoke rollback --quick --reason REASON",
    "medium": "invoke rollback --flag --reason REASON",
    "low": "a fix in the next release",
}
"""Severity → what is done about it."""


@dataclass(frozen=True)
class Entry:
    """Something that happened: when (seconds since 1970), who did or what saw it, and what it was."""

    at_s: float
    who: str
    what: str


@dataclass(frozen=True)
class Incident:
    """What is known of an incident.

    Attributes:
        title: what went wrong, on one line.
        reason: the reason that was given, or empty.
        withdrawn: version → why it was taken back.
        timeline: what happened; it is shown in the order of time.
        severity: critical, high, medium or low; empty where nothing says it.
        seen: what monitoring saw, in sentences.
        runbooks: where it is written what to do.
    """

    title: str
    reason: str
    withdrawn: Mapping[str, str]
    timeline: Sequence[Entry]
    severity: str = ""
    seen: Sequence[str] = ()
    runbooks: Sequence[str] = ()


def entries_of(operations: Iterable[Operation]) -> list[Entry]:
    """The ledger's operations as entries of a timeline."""
    return [Entry(float(seconds(operation.at)), operation.who, operation.title) for operation in operations]


def write_incident(incident: Incident) -> str:
    """The report in Markdown; what nobody but people know is left for them to write."""
    lines = [f"# Incident: {as_markdown(incident.title)}", ""]
    lines += [f"Reason: {as_markdown(incident.reason) or 'not given'}", ""]
    lines += [
        "## Detect",
        *_listed(incident.seen, "Nothing was seen by monitoring; write how it was noticed."),
        "",
    ]
    lines += ["## Assess", f"Severity: {incident.severity or 'to be said by people'}", ""]
    lines += ["### Withdrawn"]
    lines += [f"- {version}: {as_markdown(why)}" for version, why in incident.withdrawn.items()] or [
        "nothing"
    ]
    lines += ["", "## Respond"]
    lines += [
        f"`{RESPONSES[incident.severity]}`" if incident.severity in RESPONSES else "Write what was done."
    ]
    lines += [f"- {place}" for place in incident.runbooks]
    lines += ["", "## Timeline"]
    lines += [
        f"- {iso(int(e.at_s))} · {as_markdown(e.who)} · {as_markdown(e.what)}"
        for e in sorted(incident.timeline, key=lambda e: e.at_s)
    ]
    for heading in (
        "Resolve: since when it is over",
        "What users saw",
        "Cause",
        "What prevents it from now on",
    ):
        lines += ["", f"## {heading}", ""]
    return "\n".join(lines)


def _listed(sentences: Sequence[str], otherwise: str) -> list[str]:
    return [f"- {as_markdown(sentence)}" for sentence in sentences] or [otherwise]
