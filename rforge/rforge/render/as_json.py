"""A report as JSON: an envelope, and in it the blocks by their keys."""

from __future__ import annotations

import json
import re
from enum import Enum
from typing import TYPE_CHECKING, Any

from rforge.report import Facts, Groups, Lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rforge.report import Block, Report, Value

SCHEMA = 1
_NO_LETTER = re.compile("[\ud800-\udfff]")


def render(report: Report) -> str:
    """The report as one JSON object, indented by two spaces."""
    return json.dumps(as_document(report), ensure_ascii=False, indent=2, allow_nan=False)


def as_document(report: Report) -> dict[str, Any]:
    """The report as values that JSON knows."""
    document = {
        "schema": SCHEMA,
        "command": report.command,
        "mode": report.request.mode.value,
        "path": report.request.path,
        "context": report.request.context,
        "time": report.time,
        "timings": {
            "budget_s": report.budget.seconds,
            "budget_is_hard": report.budget.is_hard,
            "search_s": report.timings.search_s,
            "reading_s": report.timings.reading_s,
            "judging_s": report.timings.judging_s,
            "elapsed_s": report.timings.elapsed_s,
        },
        "partial": report.partial,
        "unread": _texts(report.unread),
        "warnings": _texts(report.warnings),
        "suggestion": report.suggestion,
    }
    for block in report.blocks:
        document.update(_block(block))
    return document


def describe_document() -> dict[str, Any]:
    """The JSON schema of what every command answers."""
    text, flag, number = {"type": "string"}, {"type": "boolean"}, {"type": "number", "minimum": 0}
    texts = {"type": "array", "items": text}
    steps = ("budget_s", "search_s", "reading_s", "judging_s", "elapsed_s")
    timings = {"budget_is_hard": flag, **dict.fromkeys(steps, number)}
    properties = {
        "schema": {"const": SCHEMA},
        **dict.fromkeys(("command", "mode", "path", "context", "suggestion"), text),
        "time": {"type": "string", "format": "date-time"},
        "timings": {"type": "object", "properties": timings, "required": list(timings)},
        "partial": flag,
        "unread": texts,
        "warnings": texts,
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Groups):
        return {
            block.key: [
                {k: v for part in group.blocks for k, v in _block(part).items()} for group in block.groups
            ]
        }
    if isinstance(block, Facts):
        values = {fact.key: _value(fact.value) for fact in block.facts}
        return {block.key: values} if block.key else values
    if isinstance(block, Lines):
        return {block.key: _texts(block.lines)}
    keys = [column.key for column in block.columns]
    return {block.key: [dict(zip(keys, map(_value, row))) for row in block.rows]}


def _value(value: Value) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return _texts(value)
    return _text(value) if isinstance(value, str) else value


def _texts(texts: Iterable[str]) -> list[str]:
    return [_text(text) for text in texts]


def _text(text: str) -> str:
    """The text, with a mark for each byte of a file's name that is no letter: whole messages are refused for such a one."""
    return text if text.isascii() else _NO_LETTER.sub("\ufffd", text)
