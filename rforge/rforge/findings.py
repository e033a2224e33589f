"""What a check has to say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Severity(Enum):
    """How bad a finding is, in the terms of `R CMD check`, from bad to good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    INFO = "info"


class Category(Enum):
    """The part of a package that a finding is about; each part has its share of the health score."""

    METADATA = "metadata"
    NAMESPACE = "namespace"
    DOCUMENTATION = "documentation"
    TESTS = "tests"
    NEWS = "news"
    VIGNETTES = "vignettes"


COST = {Severity.ERROR: 0.5, Severity.WARNING: 0.25, Severity.NOTE: 0.05, Severity.INFO: 0.0}
"""The share of its part's points that a finding takes, unless it says otherwise."""


@dataclass(frozen=True)
class Place:
    """One place that a finding is about: a file relative to the package, a line from 1 (0: all of it), and what is there."""

    file: str
    line: int
    what: str


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or good to know.

    Attributes:
        severity: how bad it is.
        category: which part of the package it is about.
        file: the file to mend, relative to the package.
        message: a sentence for the user.
        advice: what to do about it, a sentence; empty where nothing has to be done.
        line: the line that it is about, from 1; 0 where it is about the file, or `places` say it.
        places: every place, where there are several.
        cost: the share of the part's points that it takes, from 0 to 1; None for what its severity costs.
    """

    severity: Severity
    category: Category
    file: str
    message: str
    advice: str = ""
    line: int = 0
    places: tuple[Place, ...] = ()
    cost: float | None = None

    @property
    def share(self) -> float:
        """The share of its part's points that it takes, from 0 to 1."""
        return COST[self.severity] if self.cost is None else self.cost

    @property
    def first_line(self) -> int:
        """The first line in its file that it is about, from 1; 0 where that cannot be said."""
        return self.line or next((place.line for place in self.places if place.file == self.file), 0)

    @property
    def all_places(self) -> tuple[Place, ...]:
        """Its places, one at least."""
        return self.places or (Place(self.file, self.line, ""),)


@dataclass(frozen=True)
class Finder:
    """Makes the findings of one part of a package."""

    category: Category
    file: str

    def __call__(self, severity: Severity, message: str, advice: str = "", **more: Any) -> Finding:
        """A finding about `file`, unless `file` is among the other attributes."""
        return Finding(severity, self.category, more.pop("file", self.file), message, advice, **more)


def first(sentences: tuple[str, ...], limit: int = 5) -> tuple[str, ...]:
    """The first `limit` sentences, and how many more there are: a file that is all wrong is said to be so once."""
    if len(sentences) <= limit:
        return sentences
    return (*sentences[:limit], f"there are {len(sentences) - limit} more of this kind")


def listed(names: frozenset[str], limit: int = 8) -> str:
    """Names in alphabetical order for a sentence, the first `limit` of them, and how many more there are."""
    ordered = sorted(names)
    more = f" and {len(ordered) - limit} more" if len(ordered) > limit else ""
    return ", ".join(ordered[:limit]) + more
