"""A report as Markdown: headings, tables, fenced code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rforge.render.words import clean, clean_line, closing, opening, worded
from rforge.report import Facts, Groups, Lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rforge.report import Block, Report

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")

_LIST_MARK = re.compile(r"^(\d*)([-+.)])")

_BARE_LINK = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)
"""By which GitHub makes a link of an address that stands in a text (GFM, 6.9)."""


def render(report: Report) -> str:
    """The report as Markdown."""
    lines = [f"# rforge {report.command}", "", f"Mode: {report.request.mode.value}"]
    for line in opening(report):
        lines += ["", f"> {_paragraph(line)}"]
    for block in report.blocks:
        lines += _block(block, "##")
    for line in closing(report):
        lines += ["", _paragraph(line)]
    return "\n".join(lines)


def _block(block: Block, heading: str) -> Iterator[str]:
    if isinstance(block, Groups):
        for group in block.groups:
            yield from ("", f"{heading} {_escaped(clean(group.title))}")
            for part in group.blocks:
                yield from _block(part, f"{heading}#")
        return
    if block.title:
        yield from ("", f"{heading} {_escaped(block.title)}")
    yield ""
    if isinstance(block, Lines):
        text = "\n".join(clean_line(line) for line in block.lines)
        fence = max((run for run in re.findall("`{3,}", text)), key=len, default="``") + "`"
        yield from (f"{fence}text", text, fence)
    elif isinstance(block, Facts):
        yield from _table(("", ""), [(fact.title, worded(fact.value)) for fact in block.facts])
    elif not block.rows:
        yield f"*{_escaped(block.empty)}*"
    else:
        yield from _table(
            [column.title for column in block.columns], [[worded(cell) for cell in row] for row in block.rows]
        )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---"] * len(head))
    for row in rows:
        yield _row([_escaped(cell) for cell in row])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _paragraph(text: str) -> str:
    """Text on a line of its own, which begins no list and is no rule."""
    return _LIST_MARK.sub(r"\1\\\2", _escaped(text))


def _escaped(text: str) -> str:
    return _BARE_LINK.sub(r"\\\g<0>", _SPECIAL.sub(r"\\\1", clean(text)))
