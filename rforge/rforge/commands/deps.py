"""`deps`: which package needs which, in what order they can be released, and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.budgets import QUICK_S
from rforge.commands.command import Command
from rforge.examined import satisfies
from rforge.package.description import STANDARD_PACKAGES
from rforge.report import facts, table

if TYPE_CHECKING:
    from rforge.examined import Examined
    from rforge.report import Block, Facts, Table, Value


def blocks(examined: Examined) -> tuple[Block, ...]:
    """The dependencies inside and outside of the folder, the circles, and the order of release."""
    return (
        _summary(examined),
        _inside(examined),
        release_order(examined),
        _cycles(examined),
        _outside(examined),
        _remotes(examined),
    )


def _summary(examined: Examined) -> Facts:
    ecosystem = examined.ecosystem
    outside = frozenset().union(*map(ecosystem.needed_from_outside, ecosystem.names))
    return facts(
        "summary",
        "Summary",
        {
            "package_count": ("Packages", len(ecosystem.names)),
            "internal": ("Dependencies among them", sum(map(len, ecosystem.inside.values()))),
            "external": ("Packages needed from elsewhere", len(outside)),
            "cycle_count": ("Circles", len(ecosystem.cycles())),
        },
    )


def _inside(examined: Examined) -> Table:
    columns = {
        "package": "Package",
        "needs": "Needs",
        "field": "Field",
        "wanted": "Wanted",
        "there": "There",
        "satisfied": "Satisfied",
    }
    by_name = examined.by_name
    shown = _shown(examined)
    rows: list[tuple[Value, ...]] = []
    for name, entries in examined.ecosystem.inside.items():
        for entry in entries:
            if name in shown or entry.name in shown:
                there = by_name[entry.name].package.description.version
                verdict = satisfies(there, entry.operator, entry.version)
                rows.append(
                    (
                        name,
                        entry.name,
                        entry.field,
                        f"{entry.operator} {entry.version}".strip(),
                        there,
                        verdict,
                    )
                )
    return table("inside", "Dependencies among the packages here", columns, rows)


def release_order(examined: Examined) -> Table:
    """The order in which the packages here can be released: each step needs only the steps before it."""
    shown = _shown(examined)
    rows: list[tuple[Value, ...]] = [
        (number, name, tuple(sorted(examined.ecosystem.needed_by(name))))
        for number, level in enumerate(examined.ecosystem.levels(), start=1)
        for name in level
        if name in shown
    ]
    return table(
        "release_order", "Order of release", {"step": "Step", "package": "Package", "after": "After"}, rows
    )


def _cycles(examined: Examined) -> Table:
    rows: list[tuple[Value, ...]] = [(cycle,) for cycle in examined.ecosystem.cycles()]
    return table("cycles", "Circles: none of these can be installed first", {"packages": "Packages"}, rows)


def _outside(examined: Examined) -> Table:
    shown = _shown(examined)
    users: dict[str, dict[str, set[str]]] = {}
    for name, entries in examined.ecosystem.outside.items():
        for entry in entries if name in shown else ():
            if entry.name not in STANDARD_PACKAGES:
                users.setdefault(entry.name, {}).setdefault(entry.field, set()).add(name)
    rows: list[tuple[Value, ...]] = []
    for package, fields in users.items():
        everyone = tuple(sorted(set().union(*fields.values())))
        rows.append((package, len(everyone), tuple(fields), everyone))
    rows.sort(key=lambda row: (-int(str(row[1])), str(row[0]).lower()))
    columns = {"package": "Package", "user_count": "Used by", "fields": "Fields", "users": "Users"}
    return table("outside", "Packages needed from elsewhere", columns, rows)


def _remotes(examined: Examined) -> Table:
    rows: list[tuple[Value, ...]] = [
        (judged.name, remote) for judged in examined.focus for remote in judged.package.description.remotes
    ]
    return table(
        "remotes",
        "Remotes (CRAN takes no package that has them)",
        {"package": "Package", "remote": "Remote"},
        rows,
    )


def _shown(examined: Examined) -> frozenset[str]:
    """The named package with all that it needs here; every package if none is named."""
    if not examined.is_named:
        return frozenset(examined.ecosystem.names)
    shown = {judged.name for judged in examined.focus}
    edge = set(shown)
    while edge:
        edge = {other for name in edge for other in examined.ecosystem.needed_by(name)} - shown
        shown |= edge
    return frozenset(shown)


COMMAND = Command(
    name="deps",
    summary="The dependency graph of the R packages in a folder: circles, order of release, what is needed from elsewhere.",
    budget_s=QUICK_S,
    parts=frozenset(),
    blocks=blocks,
    looks_at_all=True,
)
