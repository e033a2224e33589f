"""A report in Markdown. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.markdown import as_cell, as_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phasegate.telemetry.reports.document import Document, Section, Table


def write_markdown(document: Document) -> str:
    """The document as Markdown; its plots are left out."""
    return "\n".join(
        [f"# {as_markdown(document.title)}", "", as_markdown(document.about), *_sections(document), ""]
    )


def _sections(document: Document) -> Iterator[str]:
    for section in document.sections:
        if section.sentences or section.table:
            yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield from ("", f"## {section.title}")
    for sentence in section.sentences:
        yield from ("", as_markdown(sentence))
    if section.table is not None and section.table.rows:
        yield ""
        yield from _table(section.table)


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(table.headings)} |"
    yield f"|{'---|' * len(table.headings)}"
    yield from (f"| {' | '.join(map(as_cell, row))} |" for row in table.rows)
