"""A report on a terminal, as wide as it is, with colours where it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.terminal import printable

if TYPE_CHECKING:
    from rich.console import Console, OverflowMethod
    from rich.table import Table as RichTable

    from phasegate.telemetry.reports.document import Document, Table


_WIDE = 120
"""From that many columns on, what names a row has columns of its own."""

_NARROWEST = 10
"""What names a row has at least so many columns."""

_GAP = 2
"""Columns between two cells."""

_FEW = 4
"""A table of more columns than that breaks no cell over lines."""


def print_document(console: Console, document: Document) -> None:
    """Print the document; its plots are left out."""
    from rich.text import Text

    console.print(Text(printable(document.title), style="bold"))
    console.print(Text(printable(document.about), style="dim"))
    for section in document.sections:
        if not section.sentences and (section.table is None or not section.table.rows):
            continue
        console.print()
        console.print(Text(section.title, style="bold"))
        for sentence in section.sentences:
            console.print(Text(printable(sentence)))
        if section.table is not None and section.table.rows:
            table = section.table if console.width >= _WIDE else section.table.narrow()
            console.print(table_of(table, console))


def overflow_on(console: Console) -> OverflowMethod:
    """How a text is cut that is too wide: an ellipsis says so where there is one."""
    return "crop" if console.options.ascii_only else "ellipsis"


def table_of(table: Table, console: Console) -> RichTable:
    """The table as the terminal's library draws it: what names a row gets the room that the other cells leave."""
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table as RichTable
    from rich.text import Text

    rows = [tuple(map(printable, row)) for row in table.rows]
    widths = [max(map(cell_len, column)) + _GAP for column in zip(table.headings, *rows)]
    room = max((console.width - sum(widths[table.names :])) // table.names - _GAP, _NARROWEST)
    is_whole = len(table.headings) > _FEW
    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for number, heading in enumerate(table.headings):
        is_name = number < table.names
        drawn.add_column(
            heading,
            overflow=overflow_on(console) if is_name else "fold",
            no_wrap=is_name or is_whole,
            max_width=room if is_name else None,
        )
    for row in rows:
        drawn.add_row(*map(Text, row))
    return drawn
