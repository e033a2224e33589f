"""`impact`: what a change of a package can break, as far as the packages in the folder show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.budgets import THOROUGH_S
from rforge.commands.command import Command
from rforge.errors import TimeBudgetExceeded
from rforge.report import Group, Groups, facts, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rforge.examined import Examined, Judged
    from rforge.report import Block, Facts, Table, Value


def blocks(examined: Examined) -> tuple[Block, ...]:
    """For the named package who is reached and by what; without a name, how far each package reaches."""
    if not examined.is_named and len(examined.focus) > 1:
        return (_overview(examined),)
    return (Groups("packages", tuple(_group(judged, examined) for judged in examined.focus)),)


def _overview(examined: Examined) -> Table:
    reaches: list[tuple[str, int, int | None, int | None]] = []
    for judged in examined.focus:
        direct = len(examined.ecosystem.users_of(judged.name))
        try:
            examined.deadline.check(COMMAND.answer_s * len(examined.focus))
        except TimeBudgetExceeded:
            examined.unread.append(f"{judged.package.folder}: reach")
            reaches.append((judged.name, direct, None, None))
            continue
        indirect = len(examined.ecosystem.distances(judged.name)) - direct
        reaches.append((judged.name, direct, indirect, len(used_objects(judged.name, examined))))
    rows = sorted(reaches, key=lambda reach: (-reach[1] - (reach[2] or 0), reach[0]))
    columns = {
        "package": "Package",
        "direct": "Direct users",
        "indirect": "Indirect users",
        "objects": "Objects used by name",
    }
    return table("packages", "How far a change of each package reaches", columns, rows)


def _group(judged: Judged, examined: Examined) -> Group:
    used = used_objects(judged.name, examined)
    return Group(
        f"Changing {judged.name} {judged.package.description.version}",
        (_reach(judged, examined, used), _users(judged, examined, used), _objects(used)),
    )


def _reach(judged: Judged, examined: Examined, used: Mapping[str, frozenset[str]]) -> Facts:
    distances = examined.ecosystem.distances(judged.name)
    direct = sum(steps == 1 for steps in distances.values())
    namespace = judged.package.namespace
    exports = namespace.exports if namespace else frozenset()
    return facts(
        "",
        "",
        {
            "package": ("Package", judged.name),
            "direct": ("Direct users", direct),
            "indirect": ("Indirect users", len(distances) - direct),
            "exports": ("Exports", len(exports)),
            "used_exports": ("Of them used here by name", len(exports & used.keys())),
            "used_internals": (
                "Used here, and not exported",
                _internals(judged, examined, used),
            ),
        },
    )


def _internals(judged: Judged, examined: Examined, used: Mapping[str, object]) -> Value:
    """What is used although nothing exports it; None where only R can tell what a pattern exports, or not all was read."""
    namespace = judged.package.namespace
    if namespace is None or namespace.has_patterns or judged.package.misses("NAMESPACE", "data"):
        return None
    hidden = used.keys() - namespace.all_exports
    # What `::` names and nothing exports is a data set where there are some, as far as files tell.
    if judged.package.has_data:
        hidden &= {
            use.object
            for user in examined.packages
            if user.package.sources is not None
            for use in user.package.sources.uses
            if use.package == judged.name and use.is_internal
        }
    return tuple(sorted(hidden))


def _users(judged: Judged, examined: Examined, used: Mapping[str, frozenset[str]]) -> Table:
    columns = {
        "package": "Package",
        "steps": "Steps",
        "fields": "Fields",
        "wanted": "Wanted",
        "objects": "Uses by name",
    }
    by_name = examined.by_name
    rows: list[tuple[Value, ...]] = []
    for name, steps in sorted(
        examined.ecosystem.distances(judged.name).items(), key=lambda item: (item[1], item[0])
    ):
        entries = [d for d in by_name[name].package.description.dependencies if d.name == judged.name]
        wanted = tuple(f"{d.operator} {d.version}" for d in entries if d.operator)
        objects = tuple(sorted(thing for thing, users in used.items() if name in users))
        rows.append((name, steps, tuple(d.field for d in entries), wanted, objects))
    return table("users", "Who has to be checked again, the nearest first", columns, rows, "nobody here")


def _objects(used: Mapping[str, frozenset[str]]) -> Table:
    rows: list[tuple[Value, ...]] = [(thing, tuple(sorted(users))) for thing, users in sorted(used.items())]
    columns = {"object": "Object", "users": "Users"}
    return table("objects", "What is used by name", columns, rows, "nothing by name")


def used_objects(package: str, examined: Examined) -> Mapping[str, frozenset[str]]:
    """The objects of `package` that the packages here import or name by `::`, each with the packages that do."""
    users: dict[str, set[str]] = {}
    by_name = examined.by_name
    for name in examined.ecosystem.users_of(package):
        namespace, sources = by_name[name].package.namespace, by_name[name].package.sources
        imported = (
            {thing for source, thing, _ in namespace.imports if source == package} if namespace else set()
        )
        named = {use.object for use in sources.uses if use.package == package} if sources else set()
        for thing in (imported | named) - {""}:
            users.setdefault(thing, set()).add(name)
    return {thing: frozenset(names) for thing, names in users.items()}


COMMAND = Command(
    name="impact",
    summary="What changing an R package can break among the packages of a folder.",
    budget_s=THOROUGH_S,
    parts=frozenset(("namespace", "sources")),
    blocks=blocks,
    looks_at_all=True,
    is_about_one=True,
)
