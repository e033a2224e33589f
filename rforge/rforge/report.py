"""The one result model: a report is an envelope around blocks, from which every format is rendered.

A block has a key, by which JSON names it, and a title, which people read. What a command and a mode's lens have to say is
made of these few kinds, so that no format needs to know any command.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Tuple, Union

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rforge.budgets import Budget
    from rforge.request import Request

Value = Union[str, int, float, bool, Enum, None, Tuple[str, ...]]
"""What a cell or a fact holds; None is what was not examined or is not known."""


class Readiness(Enum):
    """What is known about one point of a release."""

    READY = "ready"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    key: str
    title: str


@dataclass(frozen=True)
class Table:
    """Rows of values, one for each column; `empty` is what is said to people where there is no row."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    empty: str = "none"


@dataclass(frozen=True)
class Fact:
    """One named value."""

    key: str
    title: str
    value: Value


@dataclass(frozen=True)
class Facts:
    """Named values; with an empty key they belong to the group that they stand in."""

    key: str
    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Lines:
    """Text that keeps its line ends and its indentation, such as a tree."""

    key: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Blocks about one thing, under a heading of their own."""

    title: str
    blocks: tuple[Table | Facts | Lines, ...]


@dataclass(frozen=True)
class Groups:
    """One group for each thing of a kind."""

    key: str
    groups: tuple[Group, ...]


Block = Union[Table, Facts, Lines, Groups]


@dataclass(frozen=True)
class Timings:
    """Seconds that the steps of a command took, and all of it."""

    search_s: float = 0.0
    reading_s: float = 0.0
    judging_s: float = 0.0
    elapsed_s: float = 0.0


@dataclass(frozen=True)
class Report:
    """What a command found.

    Attributes:
        command: the command's name.
        request: what was asked for.
        blocks: what there is to say.
        budget: the time budget that it ran under.
        timings: where the time went.
        time: when it was answered, in ISO 8601, in UTC.
        partial: whether time ran out before everything was examined.
        unread: folders of packages for which there was no time, and parts of packages (`folder: part`).
        warnings: what the reader has to know about this report, a sentence each.
        suggestion: a mode that the user's words hint at, as a sentence; the mode is never switched.
    """

    command: str
    request: Request
    blocks: tuple[Block, ...]
    budget: Budget
    timings: Timings
    time: str
    partial: bool = False
    unread: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    suggestion: str = ""


def table(
    key: str, title: str, columns: dict[str, str], rows: Iterable[tuple[Value, ...]], empty: str = "none"
) -> Table:
    """A table whose `columns` are titles by key."""
    return Table(key, title, tuple(Column(name, text) for name, text in columns.items()), tuple(rows), empty)


def facts(key: str, title: str, values: dict[str, tuple[str, Value]]) -> Facts:
    """Facts from titles and values by key."""
    return Facts(key, title, tuple(Fact(name, text, value) for name, (text, value) in values.items()))
