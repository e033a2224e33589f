"""A report on a terminal, as wide as it is, with colours where it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.terminal import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable

    from phasegate.telemetry.reports.document import Document, Table


_WIDE = 120
"""From that many columns on, what names a row has columns of its own."""

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
            drawn = table_of(section.table)
            console.print(drawn if console.width >= _WIDE else table_of(section.table.narrow()))


def table_of(table: Table) -> RichTable:
    """The table as the terminal's library draws it."""
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for number, heading in enumerate(table.headings):
        drawn.add_column(
            heading, overflow="ellipsis" if number == 0 else "fold", no_wrap=len(table.headings) > _FEW
        )
    for row in table.rows:
        drawn.add_row(*(Text(printable(cell)) for cell in row))
    return drawn
