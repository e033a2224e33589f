"""Mode debug: every issue with its file and line, the dependency tree, and what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.lenses.lens import Lens
from rforge.package.survey import JUDGED_PARTS
from rforge.report import Lines, table
from rforge.request import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rforge.examined import Examined
    from rforge.report import Block, Table, Value


def blocks(examined: Examined) -> tuple[Block, ...]:
    """Issues, tree and trace."""
    tree = tuple(_tree(examined))
    return (_issues(examined), Lines("tree", "Dependency tree", tree), _trace(examined))


def _issues(examined: Examined) -> Table:
    rows: list[tuple[Value, ...]] = []
    for judged in examined.focus:
        examined.deadline.check()
        for finding in judged.findings:
            for place in finding.all_places:
                message = f"{place.what}: {finding.message}" if place.what else finding.message
                rows.append(
                    (judged.name, finding.severity, finding.category, place.file, place.line or None, message)
                )
    columns = {
        "package": "Package",
        "severity": "Severity",
        "category": "Part",
        "file": "File",
        "line": "Line",
        "message": "What",
    }
    return table("issues", "Every issue, place by place", columns, rows)


def _tree(examined: Examined) -> Iterator[str]:
    opened: set[str] = set()
    for judged in examined.focus:
        yield from _branch(judged.name, examined, "", opened)


def _branch(name: str, examined: Examined, indent: str, opened: set[str]) -> Iterator[str]:
    """A package and below it what it needs; each package is opened once."""
    examined.deadline.check()
    ecosystem = examined.ecosystem
    if name in opened:
        yield f"{indent}{name} (see above)"
        return
    opened.add(name)
    yield f"{indent}{name}"
    inner = indent + "  "
    for dependency in (*ecosystem.inside.get(name, ()), *ecosystem.outside.get(name, ())):
        if dependency.name in ecosystem.needed_by(name):
            yield from _branch(dependency.name, examined, inner, opened)
        else:
            wanted = f" ({dependency.operator} {dependency.version})" if dependency.operator else ""
            yield f"{inner}{dependency.name}{wanted} [{dependency.field}]"


def _trace(examined: Examined) -> Table:
    rows: list[tuple[Value, ...]] = [
        (judged.name, number, read.path, read.bytes)
        for judged in examined.packages
        for number, read in enumerate(judged.package.reads, start=1)
    ]
    columns = {"package": "Package", "number": "Number", "file": "File", "bytes": "Bytes"}
    return table("trace", "What was read, in this order", columns, rows)


LENS = Lens(Mode.DEBUG, JUDGED_PARTS, blocks)
