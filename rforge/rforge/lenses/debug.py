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
    from rforge.package.description import Dependency
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
    """Each package and below it what it needs; a package of the folder is opened once."""
    ecosystem = examined.ecosystem
    opened: set[str] = set()
    waiting = [("", judged.name, True) for judged in reversed(examined.focus)]
    while waiting:
        examined.deadline.check()
        indent, name, is_inside = waiting.pop()
        if name in opened:
            yield f"{indent}{name} (see above)"
            continue
        yield f"{indent}{name}"
        if is_inside:
            opened.add(name)
            needed = (*ecosystem.inside.get(name, ()), *ecosystem.outside.get(name, ()))
            inside = ecosystem.needed_by(name)
            waiting += [
                (f"{indent}  ", each.name if each.name in inside else _wanted(each), each.name in inside)
                for each in reversed(needed)
            ]


def _wanted(dependency: Dependency) -> str:
    version = f" ({dependency.operator} {dependency.version})" if dependency.operator else ""
    return f"{dependency.name}{version} [{dependency.field}]"


def _trace(examined: Examined) -> Table:
    rows: list[tuple[Value, ...]] = [
        (judged.name, number, read.path, read.bytes)
        for judged in examined.packages
        for number, read in enumerate(judged.package.reads, start=1)
    ]
    columns = {"package": "Package", "number": "Number", "file": "File", "bytes": "Bytes"}
    return table("trace", "What was read, in this order", columns, rows)


LENS = Lens(Mode.DEBUG, JUDGED_PARTS, blocks)
