"""The page of Invoke tasks, from the tasks themselves.

The collection is handed in, because the tasks stand above this room.
"""

from __future__ import annotations

import copy
import inspect
from typing import TYPE_CHECKING, Any

from phasegate.docs.page import NOTE, Page, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from invoke.collection import Collection

PATH = "docs/reference/tasks.md"


def page(collection: Collection) -> Page:
    """The page of the tasks in `collection`."""
    return Page(PATH, lambda: render(collection))


def render(collection: Collection) -> str:
    """The page as Markdown: each task with its options."""
    tasks: Any = collection  # invoke's type stubs forget that a collection is indexed by name
    names = sorted(_called(name, aliases) for name, aliases in tasks.task_names.items())
    return "\n".join(["# Tasks", "", NOTE, "", *(_section(name, tasks[name]) for name in names)])


def _called(name: str, aliases: Sequence[str]) -> str:
    """What people call a task: a collection's default task goes by the collection's name."""
    collection = name.rpartition(".")[0]
    return collection if collection in aliases else name


def _section(name: str, task: Any) -> str:
    lines = [f"## `invoke {name}`", "", inspect.getdoc(task.body) or "", ""]
    options = list(_options(task))
    return "\n".join(lines + ([table(("option", "what it does"), options), ""] if options else []))


def _options(task: Any) -> Iterator[tuple[str, str]]:
    task = copy.copy(task)
    task.help = dict(task.help)  # invoke takes the texts out of it as it reads them
    for argument in task.get_arguments():
        yield ", ".join(f"`{_spelled(argument, name)}`" for name in argument.names), argument.help or ""


def _spelled(argument: Any, name: str) -> str:
    if len(name) == 1:
        return f"-{name}"
    if argument.kind is bool:
        return f"--[no-]{name}" if argument.default else f"--{name}"
    return f"--{name}={argument.kind.__name__.upper()}"
