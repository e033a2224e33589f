"""Values as people read them, and the sentences that the terminal and the Markdown format share."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from rforge.errors import shortened

if TYPE_CHECKING:
    from rforge.report import Report, Value

NOTHING = "-"


def clean(text: str) -> str:
    """Text from a file on one line, without characters that steer a terminal."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(filter(str.isprintable, line))


def clean_line(line: str) -> str:
    """A line that keeps its indentation and loses what steers a terminal."""
    return line[: len(line) - len(line.lstrip(" "))] + clean(line)


def worded(value: Value) -> str:
    """A value in words: nothing as a dash, truth as yes or no, names with commas between them."""
    if value is None or value in ("", ()):
        return NOTHING
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ", ".join(clean(item) for item in value)
    return clean(str(value)) or NOTHING


def opening(report: Report) -> list[str]:
    """What has to be known before the rest is read: the context, what is missing, what is switched off."""
    context = shortened(clean(report.request.context))
    lines = [f"Context: {context}"] if context else []
    if report.partial:
        lines.append(f"PARTIAL: the time budget of {report.budget.seconds:g} s is used up.")
        if report.unread:
            lines.append(f"Not examined: {', '.join(clean(name) for name in report.unread)}.")
        else:
            lines.append("The search for packages did not end; give the folder of one package.")
    return lines + [clean(warning) for warning in report.warnings]


def closing(report: Report) -> list[str]:
    """What the reader may do next."""
    return [clean(report.suggestion)] if report.suggestion else []
