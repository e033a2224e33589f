"""A report as text in aligned columns, as wide as the screen and in colour where it has any."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from rforge.findings import Severity
from rforge.render.words import clean, clean_line, closing, opening, worded
from rforge.report import Facts, Groups, Lines, Readiness

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rforge.render.screen import Screen
    from rforge.report import Block, Report, Table, Value

_BOLD, _DIM, _RED, _GREEN, _YELLOW, _CYAN = "1", "2", "31", "32", "33", "36"
_COLOURS = {
    Severity.ERROR: _RED,
    Severity.WARNING: _YELLOW,
    Severity.NOTE: _CYAN,
    Severity.INFO: _DIM,
    Readiness.READY: _GREEN,
    Readiness.PROBLEM: _RED,
    Readiness.UNKNOWN: _YELLOW,
}
_GAP = "  "
_NARROWEST = 14
"""A column that is wrapped more narrowly than that cannot be read; the table becomes a list."""


def render(report: Report, screen: Screen) -> str:
    """The report as text."""
    return "\n".join(line.rstrip() for line in _Writer(screen).lines(report))


class _Writer:
    def __init__(self, screen: Screen) -> None:
        self.screen = screen

    def lines(self, report: Report) -> Iterator[str]:
        title = f"rforge {report.command} (mode {report.request.mode.value})"
        yield from (self._painted(line, _BOLD) for line in self._wrapped(title))
        for line in opening(report):
            yield from self._wrapped(line)
        for block in report.blocks:
            yield from self._block(block, "")
        for line in closing(report):
            yield from ("", *self._wrapped(line))

    def _block(self, block: Block, indent: str) -> Iterator[str]:
        if isinstance(block, Groups):
            for group in block.groups:
                yield ""
                yield from (self._painted(line, _BOLD) for line in self._wrapped(clean(group.title)))
                for part in group.blocks:
                    yield from self._block(part, "  ")
            return
        if block.title:
            yield ""
            yield from (self._painted(line, _BOLD) for line in self._wrapped(block.title, indent, indent))
        indent += "  " if block.title else ""
        if isinstance(block, Lines):
            yield from (
                part for line in block.lines for part in self._wrapped_inside(clean_line(line), indent)
            )
        elif isinstance(block, Facts):
            yield from self._list([(fact.title, fact.value) for fact in block.facts], indent)
        elif not block.rows:
            yield from self._wrapped(block.empty, indent, indent)
        else:
            yield from self._table(block, indent)

    def _table(self, block: Table, indent: str) -> Iterator[str]:
        titles = [column.title for column in block.columns]
        rows = [[worded(cell) for cell in row] for row in block.rows]
        widths = self._fitted([max(map(_width, column)) for column in zip(titles, *rows)], len(indent))
        if widths is None:
            for row in block.rows:
                yield from self._list(list(zip(titles, row)), indent)
                yield ""
            return
        yield from self._row(titles, widths, [_DIM] * len(titles), indent)
        for row, cells in zip(block.rows, rows):
            colours = [
                _COLOURS.get(cell, "") if isinstance(cell, (Severity, Readiness)) else "" for cell in row
            ]
            yield from self._row(cells, widths, colours, indent)

    def _fitted(self, widths: list[int], indent: int) -> list[int] | None:
        """The widths, the widest made narrower until the row fits; None where it cannot."""
        if self.screen.width is None:
            return widths
        room = self.screen.width - indent - len(_GAP) * (len(widths) - 1)
        while sum(widths) > room:
            widest = max(range(len(widths)), key=widths.__getitem__)
            if widths[widest] <= _NARROWEST:
                return None
            widths[widest] -= 1
        return widths

    def _row(
        self, cells: Sequence[str], widths: Sequence[int], colours: Sequence[str], indent: str
    ) -> Iterator[str]:
        wrapped = [_fold(cell, width) for cell, width in zip(cells, widths)]
        for number in range(max(map(len, wrapped))):
            parts = []
            for lines, width, colour in zip(wrapped, widths, colours):
                text = lines[number] if number < len(lines) else ""
                parts.append(self._painted(text, colour) + " " * (width - _width(text)))
            yield (indent + _GAP.join(parts)).rstrip()

    def _list(self, items: Sequence[tuple[str, Value]], indent: str) -> Iterator[str]:
        title_width = max((_width(title) for title, _ in items), default=0)
        hanging = indent + " " * (title_width + 2)
        for title, value in items:
            start = f"{indent}{title}:{' ' * (title_width - _width(title) + 1)}"
            yield from self._wrapped(worded(value), start, hanging)

    def _wrapped(self, text: str, start: str = "", hanging: str = "") -> Iterator[str]:
        if self.screen.width is None:
            yield start + text
            return
        if self.screen.width - len(hanging) < _NARROWEST and start.strip():
            indent = start[: len(start) - len(start.lstrip())]
            yield from (indent + line for line in _fold(start.strip(), self.screen.width - len(indent)))
            start = hanging = indent + "  "
        width = self.screen.width - len(hanging)
        for number, line in enumerate(_fold(text, max(width, 1))):
            yield (hanging if number else start) + line

    def _wrapped_inside(self, line: str, indent: str) -> Iterator[str]:
        """A line that keeps its own indentation, as far as there is room for it."""
        text = line.lstrip()
        start = indent + line[: len(line) - len(text)]
        if self.screen.width is not None:
            start = start[: max(0, self.screen.width - _NARROWEST)]
        yield from self._wrapped(text, start, f"{start}  ")

    def _painted(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.screen.has_colour and colour and text else text


def _fold(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, broken between words where they can be."""
    if _width(text) <= width:
        return [text]
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if _width(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if _width(lines[-1] + letter) > width and lines[-1]:
                lines.append("")
            lines[-1] += letter
    return lines


def _width(text: str) -> int:
    """How many columns a terminal gives to `text`."""
    if text.isascii():
        return len(text)
    return sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me"):  # marks that stand on the letter before them
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
