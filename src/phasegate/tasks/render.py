"""Results for people: plain lines, aligned, without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phasegate.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from phasegate.ledger.operation import Operation
    from phasegate.ledger.records import Judgement
    from phasegate.rollout.planning.checklist import Part
    from phasegate.rollout.proving.rehearsal import Step
    from phasegate.rollout.proving.verify import Check

_SHORT = 12


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with their columns aligned."""
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def status_lines(described: dict[str, Any]) -> list[str]:
    """What `describe_status` gives."""
    rows = [("channel", "version", "commit", "note")]
    for name, channel in described["channels"].items():
        rows.append((name, channel["version"], channel["commit"][:_SHORT], _channel_note(channel)))
    if described["docs"]:
        docs = described["docs"]
        rows.append(("docs", docs["version"] or "-", docs["commit"][:_SHORT], ""))
    lines = table(rows) if len(rows) > 1 else ["Nothing has been published yet."]
    lines += ["", *_rollout_lines(described["rollout"])]
    lines += [f"open effect: {key}" for key in described["effects"]["open"]]
    return [
        *lines,
        f"ledger: {described['ledger']['length']} operations at {described['ledger']['head'] or 'no commit'}",
    ]


def _channel_note(channel: dict[str, Any]) -> str:
    notes = [f"restores {channel['restores']}"] if channel["restores"] else []
    notes += ["withdrawn"] if channel["withdrawn"] else []
    notes += ["moved by someone else"] if channel["moved"] else []
    return ", ".join(notes)


def _rollout_lines(rollout: dict[str, Any] | None) -> list[str]:
    if rollout is None:
        return ["No rollout is under way."]
    lines = [f"rollout of {rollout['version']}: in phase {rollout['phase']} since {rollout['since']}"]
    for hold in rollout["holds"]:
        until = f" (until {hold['until']})" if hold["until"] else ""
        lines.append(f"  held by {hold['kind']}: {hold['reason']}{until}")
    return lines


def history_lines(operations: Iterable[Operation]) -> list[str]:
    """The operations, a row each."""
    rows = [
        (str(o.number), o.at, o.who, o.title + (f" ({' '.join(o.why.split())})" if o.why else ""))
        for o in operations
    ]
    return table(rows) if rows else ["The ledger is empty."]


def judgement_lines(judgements: Iterable[Judgement]) -> list[str]:
    """The verdicts, a row each."""
    rows = [(j.gate, j.verdict, f"{j.duration_s:.1f} s", j.reason) for j in judgements]
    return table(rows) if rows else ["No gate was asked for."]


def checklist_lines(parts: Iterable[Part]) -> list[str]:
    """The groups, and below each its items."""
    lines: list[str] = []
    for part in parts:
        lines.append(f"{part.group.value}: {part.verdict.value}")
        rows = [
            (f"  {j.gate}", j.verdict, f"{j.at} ({j.duration_s:.1f} s)", j.reason) for j in part.judgements
        ]
        lines += table(rows) if rows else ["  no gate examines it"]
    return lines


def check_lines(checks: Iterable[Check]) -> list[str]:
    """The checks, a row each."""
    rows = [(c.verdict.value, c.subject, c.reason) for c in checks]
    return table(rows)


def step_line(step: Step) -> str:
    """A step of the rehearsal as it ends."""
    return f"{step.verdict.value}  {step.name}  {step.duration_s:.2f} s"


def step_table(steps: Sequence[Step]) -> list[str]:
    """The whole rehearsal, and what it took."""
    rows = [("verdict", "step", "seconds", "what")]
    rows += [(s.verdict.value, s.name, f"{s.duration_s:.2f}", s.reason) for s in steps]
    return [*table(rows), f"{len(steps)} steps in {sum(s.duration_s for s in steps):.1f} s"]
